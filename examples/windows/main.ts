import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "windows");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "windows",
  buildkiteQueue: "windows",
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  instanceOperatingSystem: "windows",
  instanceTypes: ["m7i.xlarge", "m6i.xlarge"],
  rootVolumeSize: 200,
  maxSize: 4,
  // Windows takes long to boot, so an instance waits longer for its next job.
  scaleInIdlePeriod: 1800,
});
ci.addOutputs();

app.synth();
