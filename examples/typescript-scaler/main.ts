import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "typescript-scaler");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const token = { buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token" };

// Its size is set by the other stack's AgentScaler, within its own limits.
const uploads = new ElasticCiStack(stack, "uploads", {
  ...token,
  stackName: "uploads",
  buildkiteQueue: "uploads",
  scalerEnabled: false,
  maxSize: 2,
  instanceTypes: "t4g.small",
  agentsPerInstance: 10,
});
uploads.addOutputs("uploads_");

const builders = new ElasticCiStack(stack, "builders", {
  ...token,
  stackName: "builders",
  buildkiteQueue: "builders",
  vpcId: uploads.vpcId,
  subnets: uploads.subnetIds,
  maxSize: 30,
  instanceTypes: ["m7i.xlarge", "m6i.xlarge"],
  scalerImplementation: "typescript",
  // Queue, group, and the number of agents on each of its instances.
  scalerGroups: [`uploads=${uploads.autoScalingGroup.name}=10`],
  // Idle instances are asked to leave after their jobs; hosts whose agent has died are replaced.
  scalerEnableElasticCiMode: true,
  disableScaleIn: false,
  lambdaLogRetentionDays: 7,
});
builders.addOutputs("builders_");

app.synth();
