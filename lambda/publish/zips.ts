import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Zip {
  /** The function's name. */
  readonly name: string;
  readonly key: string;
  readonly content: Uint8Array;
  /** SHA-256 in base64, as S3 and Terraform write it. */
  readonly hash: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** Every function's zip. What is missing is added to `problems`. */
export function readZips(root: string, problems: string[]): Zip[] {
  const folder = keyFolder(root);
  const isFunction = (name: string) => existsSync(join(root, "lambda", name, "handler.ts"));
  const paths = readdirSync(join(root, "lambda"))
    .filter(isFunction)
    .sort()
    .map((name) => ({ name, path: join(root, "dist", "lambda", `${name}.zip`) }));
  const missing = paths.filter(({ path }) => !existsSync(path)).map(({ path }) => relative(root, path));
  if (missing.length > 0) {
    problems.push(`Missing: ${missing.join(", ")}. Run "npm run build:lambda".`);
    return [];
  }
  return paths.map(({ name, path }) => {
    const content = readFileSync(path);
    return { name, key: `${folder}/${name}.zip`, content, hash: createHash("sha256").update(content).digest("base64") };
  });
}

/** The folder within the bucket in which the stack looks for this version, see lambdaKey in src/aws/function-code.ts. */
export function keyFolder(root: string): string {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  return `${name}/v${version}`;
}
