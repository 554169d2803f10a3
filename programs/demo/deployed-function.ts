import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Emulator } from "../../test/harness/emulator";

/** A deployed function, its package unpacked into a folder. */
export interface DeployedFunction {
  readonly name: string;
  readonly folder: string;
  /** File and export, such as "index.handler". */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

interface GetFunctionResponse {
  readonly Configuration: {
    readonly Runtime: string;
    readonly Handler: string;
    readonly Timeout: number;
    readonly CodeSha256: string;
    readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  };
  readonly Code: { readonly Location: string };
}

/** Downloads a function's configuration and package from the local AWS; the package is in the bucket that it was deployed from. */
export async function downloadFunction(
  aws: Emulator["aws"],
  place: { readonly name: string; readonly bucket: string; readonly folder: string },
): Promise<DeployedFunction> {
  const { name, bucket, folder } = place;
  const { Configuration, Code } = (await aws("lambda", "get_function", { FunctionName: name })) as GetFunctionResponse;
  if (!Configuration.Runtime.startsWith("nodejs")) {
    throw new Error(`${name} has the runtime ${Configuration.Runtime}: only a function on Node.js can be run here`);
  }
  const Key = decodeURIComponent(new URL(Code.Location).pathname.slice(1));
  const { Body } = (await aws("s3", "get_object", { Bucket: bucket, Key })) as { Body: string };
  const zip = Buffer.from(Body, "base64");
  const hash = createHash("sha256").update(zip).digest("base64");
  if (hash !== Configuration.CodeSha256) {
    throw new Error(
      `s3://${bucket}/${Key} is not what runs as ${name}: its hash is ${hash}, not ${Configuration.CodeSha256}`,
    );
  }
  for (const [path, content] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return {
    name,
    folder,
    handler: Configuration.Handler,
    environment: Configuration.Environment?.Variables ?? {},
    timeoutSeconds: Configuration.Timeout,
  };
}
