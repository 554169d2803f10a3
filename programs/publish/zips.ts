import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { lambdaKey } from "../../src/aws/function-code";

export interface Zip {
  /** The function's name. */
  readonly name: string;
  readonly key: string;
  readonly content: Uint8Array;
}

/** Every function's zip, with the key that the stack uses. */
export function readZips(root: string): Zip[] {
  const names = readdirSync(join(root, "lambda")).filter((name) =>
    existsSync(join(root, "lambda", name, "handler.ts")),
  );
  const zips = names.sort().map((name) => ({ name, path: join(root, "dist", "lambda", `${name}.zip`) }));
  const missing = zips.filter(({ path }) => !existsSync(path)).map(({ path }) => relative(root, path));
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(", ")}. Run "npm run build:lambda".`);
  return zips.map(({ name, path }) => ({ name, key: lambdaKey(name), content: readFileSync(path) }));
}
