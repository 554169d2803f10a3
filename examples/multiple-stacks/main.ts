import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack, type ElasticCiStackProps } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "multiple-stacks");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

/** A stack with a queue of its own; name and queue are the construct's id. */
function queue(id: string, props: ElasticCiStackProps): ElasticCiStack {
  const own = { stackName: id, buildkiteQueue: id, buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token" };
  const ci = new ElasticCiStack(stack, id, { ...own, ...props });
  ci.addOutputs(`${id}_`);
  return ci;
}

// An idle instance terminates, and its caches are lost; these stay for a week without a job.
const alwaysOn = { scaleInIdlePeriod: 7 * 24 * 3600 };
const warmCaches = { buildkiteAgentEnableGitMirrors: true, rootVolumeSize: 500, dockerPruneUntil: "7d" };
const compute = { instanceTypes: ["c7i.2xlarge", "c6i.2xlarge"], minSize: 2, maxSize: 2 };
const builders = queue("builders", { ...alwaysOn, ...warmCaches, ...compute });

const network = { vpcId: builders.vpcId, subnets: builders.subnetIds };
const tiny = { instanceTypes: "t4g.small", agentsPerInstance: 10, rootVolumeSize: 50, minSize: 1, maxSize: 1 };
queue("uploaders", { ...network, ...alwaysOn, ...tiny });

const deploy = queue("deploy", {
  ...network,
  maxSize: 2,
  ecrAccessPolicy: "readonly",
  managedPolicyArns: ["arn:aws:iam::aws:policy/AWSCloudFormationReadOnlyAccess"],
});
const production = "arn:aws:iam::123456789012:role/production-deploy";
const statement = { Effect: "Allow", Action: "sts:AssumeRole", Resource: production };
new IamRolePolicy(stack, "deploy-to-production", {
  role: deploy.instanceRoleName,
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
});

app.synth();
