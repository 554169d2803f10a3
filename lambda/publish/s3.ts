import { createHash } from "node:crypto";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { reasonOf, statusOf } from "./reason";
import { type OpenStore, type Place, type Store } from "./store";
import { type Zip } from "./zips";

export interface Limits {
  readonly attempts: number;
  readonly connectMs: number;
  readonly attemptMs: number;
  /** All attempts and the pauses between them. */
  readonly totalMs: number;
}

const LIMITS: Limits = { attempts: 4, connectMs: 5_000, attemptMs: 30_000, totalMs: 90_000 };

/** Of a whole object. That of an upload in parts is a hash of hashes, with a number behind it. */
const SHA256 = /^[A-Za-z0-9+/]{43}=$/;
const MISSING = 404;
/** The condition does not hold, and: another upload of the same object is going on. */
const TAKEN = [412, 409];

export const openS3: OpenStore = (place) => new S3Store(place, LIMITS);

export class S3Store implements Store {
  readonly #client: S3Client;

  constructor(
    private readonly place: Place,
    private readonly limits: Limits,
    settings: S3ClientConfig = {},
  ) {
    const { region, endpoint } = place;
    const { attempts: maxAttempts, connectMs: connectionTimeout, attemptMs: requestTimeout } = limits;
    this.#client = new S3Client({
      region,
      // A store under an address of its own rarely answers to names such as bucket.localhost.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      maxAttempts,
      requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
      ...settings,
    });
  }

  async check(): Promise<void> {
    // A listing and not a HEAD request, whose refusal has no body that says why.
    const list = new ListObjectsV2Command({ Bucket: this.place.bucket, MaxKeys: 1 });
    await this.bounded((abortSignal) => this.#client.send(list, { abortSignal }));
  }

  async hashOf(key: string): Promise<string | undefined> {
    const head = new HeadObjectCommand({ Bucket: this.place.bucket, Key: key, ChecksumMode: "ENABLED" });
    const found = await this.bounded((abortSignal) => this.#client.send(head, { abortSignal }), [MISSING]);
    if (found === undefined) return undefined;
    return SHA256.test(found.ChecksumSHA256 ?? "") ? found.ChecksumSHA256 : this.hashOfContent(key);
  }

  private hashOfContent(key: string): Promise<string | undefined> {
    const get = new GetObjectCommand({ Bucket: this.place.bucket, Key: key });
    return this.bounded(
      async (abortSignal) => {
        const { Body } = await this.#client.send(get, { abortSignal });
        const hash = createHash("sha256");
        for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk);
        return hash.digest("base64");
      },
      [MISSING],
    );
  }

  async create({ key, content, hash }: Zip): Promise<boolean> {
    const put = new PutObjectCommand({
      Bucket: this.place.bucket,
      Key: key,
      Body: content,
      ContentType: "application/zip",
      ChecksumAlgorithm: "SHA256",
      ChecksumSHA256: hash,
      IfNoneMatch: "*",
    });
    return (await this.bounded((abortSignal) => this.#client.send(put, { abortSignal }), TAKEN)) !== undefined;
  }

  /** Ends in time, and says what went wrong. An answer with an expected status is undefined. */
  private async bounded<T>(
    work: (abortSignal: AbortSignal) => Promise<T>,
    expected: readonly number[] = [],
  ): Promise<T | undefined> {
    const deadline = AbortSignal.timeout(this.limits.totalMs);
    try {
      return await work(deadline);
    } catch (error) {
      if (expected.includes(statusOf(error) ?? 0)) return undefined;
      throw new Error(reasonOf(deadline.aborted ? deadline.reason : error, this.place));
    }
  }
}
