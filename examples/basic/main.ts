import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack, TerraformVariable } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "basic");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const token = new TerraformVariable(stack, "buildkite_agent_token", { type: "string", sensitive: true });

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "basic",
  buildkiteAgentToken: token.stringValue,
  maxSize: 5,
});
ci.addOutputs();

app.synth();
