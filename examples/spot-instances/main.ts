import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "spot-instances");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "spot",
  buildkiteQueue: "spot",
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  buildkiteAgentTags: ["purchase=spot"],
  maxSize: 50,
  // The more pools EC2 can choose from, the fewer interruptions: three generations, Intel and AMD.
  instanceTypes: ["m7i.xlarge", "m7a.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.xlarge", "m5a.xlarge"],
  onDemandBaseCapacity: 0,
  onDemandPercentage: 0,
  spotAllocationStrategy: "price-capacity-optimized",
});
ci.addOutputs();

app.synth();
