import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "scheduled-scaling");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "scheduled",
  buildkiteQueue: "scheduled",
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  maxSize: 20,
  enableScheduledScaling: true,
  scheduleTimezone: "Europe/Berlin",
  scaleUpSchedule: "30 7 * * MON-FRI",
  scaleUpMinSize: 3,
  scaleDownSchedule: "0 19 * * MON-FRI",
  scaleDownMinSize: 0,
});
ci.addOutputs();

app.synth();
