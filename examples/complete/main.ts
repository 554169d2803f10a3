import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "complete");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "complete",
  buildkiteQueue: "default",
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  buildkiteAgentTags: ["os=linux", "docker=true"],
  buildkiteAgentEnableGitMirrors: true,
  buildkiteAgentEnableGracefulShutdown: true,
  minSize: 1,
  maxSize: 30,
  scalerEnableElasticCiMode: true,
  disableScaleIn: false,
  instanceTypes: ["m7i.xlarge", "m6i.xlarge", "m5.xlarge"],
  onDemandBaseCapacity: 2,
  onDemandPercentage: 25,
  spotAllocationStrategy: "price-capacity-optimized",
  enableInstanceRefresh: true,
  rootVolumeSize: 300,
  rootVolumeThroughput: 250,
  vpcCidrBlock: "10.40.0.0/16",
  subnetCidrBlocks: ["10.40.1.0/24", "10.40.2.0/24"],
  artifactsBucket: "example-ci-artifacts",
  ecrAccessPolicy: "poweruser",
  enableEcrCredentialHelper: true,
  managedPolicyArns: ["arn:aws:iam::aws:policy/AWSCodeArtifactReadOnlyAccess"],
  pipelineSigningKmsKeySpec: "ECC_NIST_P256",
  enableEc2LogRetentionPolicy: true,
  ec2LogRetentionDays: 30,
  lambdaLogRetentionDays: 14,
  lambdaArchitecture: "arm64",
  enableCostAllocationTags: true,
  tags: { Team: "platform" },
});
ci.addOutputs();

app.synth();
