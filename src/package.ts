import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of this package, whether it runs compiled or from source. */
const root = ((from: string): string => {
  let folder = from;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
})(__dirname);

/** Name and version of this package. */
export const { name: PACKAGE_NAME, version: PACKAGE_VERSION } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as { readonly name: string; readonly version: string };

/** Absolute path of a file in the package. */
export function packaged(...path: readonly string[]): string {
  return join(root, ...path);
}
