import { type Zip } from "./zips";

/** One bucket. Every method rejects with a sentence for the user. */
export interface Store {
  /** Rejects unless the bucket is there, in this region, for this user. */
  check(): Promise<void>;
  /** SHA-256, in base64, of what lies under the key; undefined where nothing does. */
  hashOf(key: string): Promise<string | undefined>;
  /** Writes where nothing lies under the key; false where something does, or is being written at this moment. */
  create(zip: Zip): Promise<boolean>;
}

export interface Place {
  readonly region: string;
  readonly bucket: string;
  /** Another store than AWS's own. */
  readonly endpoint: string | undefined;
}

export type OpenStore = (place: Place) => Store;
