import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { AssetType, TerraformAsset } from "cdktf";
import { type Construct } from "constructs";
import { type Inputs } from "../elastic-ci-stack/inputs/table";
import { text } from "../value/text";
import { eq, isSet, known, type Operand, Value, when } from "../value/value";
import { type Account } from "./account";
import { PACKAGE_NAME, PACKAGE_VERSION, packaged } from "../package";

/** Release of Buildkite's scaler that the stack runs by default. */
export const SCALER_VERSION = "1.12.0";

/** Where a function's code comes from and how it is started. An empty text leaves the argument out. */
export interface FunctionCode {
  readonly filename: Value<string>;
  readonly sourceCodeHash: Value<string>;
  readonly s3Bucket: Value<string>;
  readonly s3Key: Value<string>;
  readonly s3ObjectVersion: Value<string>;
  readonly handler: Value<string>;
  readonly runtime: Value<string>;
}

/** The functions in this package. */
export const OWN_FUNCTIONS = ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"] as const;

/** Key under which `lambda_bucket` holds one of our functions. */
export function lambdaKey(name: string): string {
  return `${PACKAGE_NAME}/v${PACKAGE_VERSION}/${name}.zip`;
}

/** Key under which Buildkite's public buckets hold the released scaler. */
export function releasedScalerKey(architecture: "x86_64" | "arm64"): string {
  const file = architecture === "arm64" ? "handler-arm64.zip" : "handler.zip";
  return `buildkite-agent-scaler/v${SCALER_VERSION}/${file}`;
}

/** One of our own functions: from the zip in this package, or from `lambda_bucket`. */
export function ownCode(scope: Construct, inputs: Inputs, name: (typeof OWN_FUNCTIONS)[number]): FunctionCode {
  const zip = packaged("dist", "lambda", `${name}.zip`);
  if (!existsSync(zip)) throw new Error(`${zip} is missing: run "npm run build:lambda" in the package that holds it.`);
  const fromBucket = isSet(inputs.lambdaBucket);
  return {
    filename: when(fromBucket, "", known(fromBucket)?.content ? "" : asset(scope, name, zip)),
    sourceCodeHash: Value.of(createHash("sha256").update(readFileSync(zip)).digest("base64")),
    s3Bucket: inputs.lambdaBucket,
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

/** Buildkite's released scaler, out of their public bucket in the region or out of a mirror of it. */
export function releasedScaler(inputs: Inputs, account: Account): FunctionCode {
  const published = when(
    eq(account.region, "us-east-1"),
    "buildkite-lambdas",
    text`buildkite-lambdas-${account.region}`,
  );
  const isArm = eq<string>(inputs.lambdaArchitecture, "arm64");
  const key = when(isArm, releasedScalerKey("arm64"), releasedScalerKey("x86_64"));
  const none = Value.of("");
  return {
    filename: none,
    sourceCodeHash: none,
    s3Bucket: when(isSet(inputs.scalerLambdaS3Bucket), inputs.scalerLambdaS3Bucket, published),
    s3Key: when(isSet(inputs.scalerLambdaS3Key), inputs.scalerLambdaS3Key, key),
    s3ObjectVersion: inputs.scalerLambdaS3ObjectVersion,
    handler: Value.of("bootstrap"),
    runtime: Value.of("provided.al2023"),
  };
}

/** One code or the other; a code that is certain not to run is not even looked at. */
export function either(
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
