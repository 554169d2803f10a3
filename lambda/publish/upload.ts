import { type Place, type Store } from "./store";
import { type Zip } from "./zips";

export type Result = "uploaded" | "already there" | "refused" | "failed";

export interface Outcome {
  readonly result: Result;
  /** Why it is not published. */
  readonly reason?: string;
}

const ATTEMPTS = 3;

/** Publishes one zip in one bucket, and looks at what lies there afterwards. Never rejects. */
export async function upload(zip: Zip, store: Store, { bucket }: Place): Promise<Outcome> {
  const object = `s3://${bucket}/${zip.key}`;
  try {
    let mine = false;
    for (let attempt = 0; ; attempt++) {
      const found = await store.hashOf(zip.key);
      if (found === zip.hash) return { result: mine ? "uploaded" : "already there" };
      if (found !== undefined) return mine ? damaged(object, zip, found) : taken(object, zip, found);
      if (attempt === ATTEMPTS)
        return failed(`${object} is not there after ${ATTEMPTS} uploads. Run the command again.`);
      mine = await store.create(zip);
    }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

export function failed(reason: string): Outcome {
  return { result: "failed", reason };
}

function taken(object: string, zip: Zip, found: string): Outcome {
  const reason =
    `${object} is published with other content: SHA-256 ${found}, and the built zip has ${zip.hash}. ` +
    "A published version does not change: raise the version in package.json, or build the commit that it was published from.";
  return { result: "refused", reason };
}

function damaged(object: string, zip: Zip, found: string): Outcome {
  return failed(
    `${object} was uploaded with SHA-256 ${zip.hash}, and the store now has ${found}. ` +
      "Delete it before anybody uses it, and run the command again.",
  );
}
