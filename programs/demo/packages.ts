import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { lambdaKey } from "../../src/aws/function-code";
import type { Emulator } from "../../test/harness/emulator";
import { repository } from "../../test/harness/tools";

/** The bucket that the functions are deployed from: the local AWS returns a package only where it is in a bucket. */
export const PACKAGES_BUCKET = "elastic-ci-stack-demo-packages";

/** Uploads every function's package under the key that the stack uses. */
export async function uploadPackages(emulator: Emulator): Promise<void> {
  await emulator.aws("s3", "create_bucket", { Bucket: PACKAGES_BUCKET });
  const folder = join(repository, "dist/lambda");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".zip"))) {
    await emulator.upload(PACKAGES_BUCKET, lambdaKey(basename(file, ".zip")), readFileSync(join(folder, file)));
  }
}
