import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "signed-pipelines");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

// Outside of both stacks, so that replacing one of them never touches the key.
const key = new KmsKey(stack, "pipeline-signing", {
  description: "Signs and verifies Buildkite pipelines",
  customerMasterKeySpec: "ECC_NIST_P256",
  keyUsage: "SIGN_VERIFY",
});
const signed = {
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  pipelineSigningKmsKeyId: key.arn,
  pipelineSigningVerificationFailureBehavior: "block",
} as const;

const uploaders = new ElasticCiStack(stack, "uploaders", {
  ...signed,
  stackName: "uploaders",
  buildkiteQueue: "uploaders",
  pipelineSigningKmsAccess: "sign-and-verify",
  instanceTypes: "t3.small",
  maxSize: 2,
});

const runners = new ElasticCiStack(stack, "runners", {
  ...signed,
  stackName: "runners",
  buildkiteQueue: "runners",
  pipelineSigningKmsAccess: "verify",
  maxSize: 20,
});

uploaders.addOutputs("uploaders_");
runners.addOutputs("runners_");

app.synth();
