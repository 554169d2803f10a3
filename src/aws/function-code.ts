import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { AssetType, TerraformAsset } from "cdktf";
import { type Construct } from "constructs";
import { text } from "../value/text";
import { isSet, known, type Operand, Value, when } from "../value/value";
import { PACKAGE_NAME, PACKAGE_VERSION, packaged } from "../package";

/** A function's code, handler and runtime. An empty text leaves the argument out. */
export interface FunctionCode {
  readonly filename: Value<string>;
  readonly sourceCodeHash: Value<string>;
  readonly s3Bucket: Value<string>;
  readonly s3Key: Value<string>;
  readonly s3ObjectVersion: Value<string>;
  readonly handler: Value<string>;
  readonly runtime: Value<string>;
}

/** The inputs that say where the code of our functions comes from. */
export interface CodeInputs {
  readonly lambdaBucket: Value<string>;
  readonly lambdaArchitecture: Value<string>;
}

/** Key under which `lambda_bucket` holds one of our functions. */
export function lambdaKey(name: string): string {
  return `${PACKAGE_NAME}/v${PACKAGE_VERSION}/${name}.zip`;
}

/** One of this package's functions: from the zip in the package, or from `lambda_bucket`. */
export function ownCode(scope: Construct, { lambdaBucket }: CodeInputs, name: string): FunctionCode {
  const zip = packaged("dist", "lambda", `${name}.zip`);
  if (!existsSync(zip)) throw new Error(`${zip} is missing: run "npm run build:lambda" in the package that holds it.`);
  const fromBucket = isSet(lambdaBucket);
  return {
    filename: when(fromBucket, "", known(fromBucket)?.content ? "" : asset(scope, name, zip)),
    sourceCodeHash: Value.of(createHash("sha256").update(readFileSync(zip)).digest("base64")),
    s3Bucket: lambdaBucket,
    s3Key: when(fromBucket, lambdaKey(name), ""),
    s3ObjectVersion: Value.of(""),
    handler: Value.of("index.handler"),
    runtime: Value.of("nodejs22.x"),
  };
}

function asset(scope: Construct, name: string, path: string): Value<string> {
  const file = new TerraformAsset(scope, `${name}-zip`, { path, type: AssetType.FILE });
  // path.module is "." in a root module, so the path is right in both.
  return text`${Value.expression<string>("path.module")}/${file.path}`;
}

/** One code or the other. Where the condition is known, the code that is not selected is not built. */
export function selectCode(
  condition: Operand<boolean>,
  then: () => FunctionCode,
  otherwise: () => FunctionCode,
): FunctionCode {
  const decided = known(condition);
  if (decided) return decided.content ? then() : otherwise();
  const [a, b] = [then(), otherwise()];
  const choose = (name: keyof FunctionCode) => when(condition, a[name], b[name]);
  return {
    filename: choose("filename"),
    sourceCodeHash: choose("sourceCodeHash"),
    s3Bucket: choose("s3Bucket"),
    s3Key: choose("s3Key"),
    s3ObjectVersion: choose("s3ObjectVersion"),
    handler: choose("handler"),
    runtime: choose("runtime"),
  };
}
