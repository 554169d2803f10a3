import { createHash } from "node:crypto";
import { S3, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Zip } from "./zips";

export interface Destination {
  readonly region: string;
  readonly bucket: string;
}

export interface Outcome {
  readonly result: "uploaded" | "already there" | "refused" | "failed";
  /** Why it is not published. */
  readonly reason?: string;
}

const SETTINGS: S3ClientConfig = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

/** Timeout of one zip in one bucket, with all retries. */
const TIMEOUT_MS = 90_000;

/** Uploads what is missing in one bucket. Never rejects: a failure stops neither the other zips nor other regions. */
export function publishIn(
  place: Destination,
  zips: readonly Zip[],
  settings: S3ClientConfig,
  timeoutMs = TIMEOUT_MS,
): Promise<Outcome[]> {
  const s3 = new S3({ ...SETTINGS, ...settings, region: place.region });
  const upload = async (zip: Zip): Promise<Outcome> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return await publishZip(s3, place.bucket, zip, deadline);
    } catch (error) {
      return { result: "failed", reason: deadline.aborted ? "S3 does not answer in time." : reasonOf(error, place) };
    }
  };
  return Promise.all(zips.map(upload));
}

async function publishZip(s3: S3, bucket: string, { key, content }: Zip, abortSignal: AbortSignal): Promise<Outcome> {
  const object = { Bucket: bucket, Key: key };
  try {
    // S3 stores the object only where none has its key, and only if the received content has this hash.
    const put = { ...object, Body: content, ContentType: "application/zip", ChecksumSHA256: sha256(content) };
    await s3.putObject({ ...put, IfNoneMatch: "*" }, { abortSignal });
    return { result: "uploaded" };
  } catch (error) {
    if ((error as Failure).name !== "PreconditionFailed") throw error;
  }
  // Compared by content: an object that another program has uploaded may have no SHA-256.
  const { Body } = await s3.getObject(object, { abortSignal });
  const found = await Body!.transformToByteArray();
  if (Buffer.compare(found, content) === 0) return { result: "already there" };
  const reason =
    `s3://${bucket}/${key} is published with other content: SHA-256 ${sha256(found)}, and the built zip has ` +
    `${sha256(content)}. A published version does not change: raise the version in package.json, or build the ` +
    "commit that it was published from.";
  return { result: "refused", reason };
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64");
}

/** Fields that errors of the SDK may have. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** One sentence for the user. */
function reasonOf(error: unknown, { bucket, region }: Destination): string {
  const { name = "", message = "", code = "no reason was given", $response } = error as Failure;
  const actual = $response?.headers?.["x-amz-bucket-region"] ?? region;
  if (actual !== region)
    return `the bucket ${bucket} lies in ${actual}, and Lambda takes code only from a bucket in ${region}.`;
  if (name === "NoSuchBucket") return `there is no bucket ${bucket}: create it in ${region}.`;
  const said = message.split("\n")[0] || code;
  if (/^(Credentials|Token)ProviderError$/.test(name))
    return `no AWS credentials: set AWS_PROFILE, or sign in. ${said}`;
  return `bucket ${bucket}: ${name}: ${said}`;
}
