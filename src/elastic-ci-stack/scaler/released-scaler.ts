import { type Account } from "../../aws/account";
import { type FunctionCode } from "../../aws/function-code";
import { text } from "../../value/text";
import { eq, isSet, Value, when } from "../../value/value";
import { type Inputs } from "../inputs/table";

/** Release of Buildkite's scaler that the stack runs by default. */
export const SCALER_VERSION = "1.12.0";

/** Key under which Buildkite's public buckets hold the released scaler. */
export function releasedScalerKey(architecture: "x86_64" | "arm64"): string {
  const file = architecture === "arm64" ? "handler-arm64.zip" : "handler.zip";
  return `buildkite-agent-scaler/v${SCALER_VERSION}/${file}`;
}

/** Buildkite's released scaler, from its public bucket in the region or from a mirror. */
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
