import { createHash } from "node:crypto";
import type { OpenStore, Place, Store } from "../../lambda/publish/store";
import type { Zip } from "../../lambda/publish/zips";

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64");
}

export interface StoredObject {
  readonly content: Uint8Array;
  /** As the uploader gave it, if it did. */
  readonly checksum?: string;
}

export interface FakeBucket {
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
}

/** S3 in memory, as far as publishing goes. */
export class FakeS3 {
  readonly buckets = new Map<string, FakeBucket>();

  add(name: string, region: string): FakeBucket {
    const bucket = { region, objects: new Map<string, StoredObject>() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** The same as the driver opens, without the wire. */
  readonly open: OpenStore = (place) => new FakeStore(this.buckets, place);
}

class FakeStore implements Store {
  constructor(
    private readonly buckets: ReadonlyMap<string, FakeBucket>,
    private readonly place: Place,
  ) {}

  check(): Promise<void> {
    this.objects();
    return Promise.resolve();
  }

  hashOf(key: string): Promise<string | undefined> {
    const found = this.objects().get(key);
    return Promise.resolve(found && (found.checksum ?? sha256(found.content)));
  }

  create({ key, content, hash }: Zip): Promise<boolean> {
    const objects = this.objects();
    if (objects.has(key)) return Promise.resolve(false);
    objects.set(key, { content, checksum: hash });
    return Promise.resolve(true);
  }

  private objects(): Map<string, StoredObject> {
    const { bucket, region } = this.place;
    const found = this.buckets.get(bucket);
    if (found === undefined) throw new Error(`there is no bucket ${bucket}`);
    if (found.region !== region) throw new Error(`the bucket ${bucket} lies in ${found.region}`);
    return found.objects;
  }
}
