import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route } from "@cdktf/provider-aws/lib/route";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "existing-vpc");
new AwsProvider(stack, "aws", { region: "eu-central-1" });

const vpc = new Vpc(stack, "vpc", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true });
const gateway = new InternetGateway(stack, "gateway", { vpcId: vpc.id });
const toInternet = { destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id };
const route = new Route(stack, "internet", { routeTableId: vpc.mainRouteTableId, ...toInternet });

const zones = ["eu-central-1a", "eu-central-1b"];
const subnets = zones.map((availabilityZone, i) => {
  const cidrBlock = `10.20.${i + 1}.0/24`;
  // What depends on a subnet also depends on its route to the internet.
  return new Subnet(stack, `subnet-${i + 1}`, { vpcId: vpc.id, availabilityZone, cidrBlock, dependsOn: [route] });
});

const agents = new SecurityGroup(stack, "agents", {
  vpcId: vpc.id,
  description: "Build agents: nothing comes in, only HTTPS and Git over SSH go out",
  egress: [443, 22].map((port) => ({ fromPort: port, toPort: port, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] })),
});

const ci = new ElasticCiStack(stack, "ci", {
  stackName: "existing-vpc",
  buildkiteAgentTokenParameterStorePath: "/buildkite/agent-token",
  vpcId: vpc.id,
  subnets: subnets.map(({ id }) => id),
  securityGroupIds: [agents.id],
});
ci.addOutputs();

app.synth();
