import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { GATEWAYS } from "../inputs/network";
import { type StackContext } from "../context";
import { contains, filterItems } from "../../value/list";
import { withForEach, localValue, optional } from "../../value/optional";
import { matches, text } from "../../value/text";
import { and, eq, isSet, list, map, not, str, Value, when } from "../../value/value";
import { tagged } from "../../aws/names";
import { type Network } from "./network";

/** Services whose endpoints have another prefix in China. */
const CHINA_PREFIXED = ["autoscaling", "ec2", "ecr.api", "ecr.dkr", "lambda", "monitoring", "sts"];

/** VPC endpoints in the created VPC: gateway endpoints where the service has one, and interface endpoints for the rest. */
export class VpcEndpoints extends Construct {
  readonly all: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, context: StackContext, network: Network) {
    super(scope, id);
    const { inputs, facts, names, account } = context;
    const serviceName = (service: Value<string>) => {
      const isPrefixed = and(eq(account.partition, "aws-cn"), contains(CHINA_PREFIXED, service));
      const short = text`${when(isPrefixed, "cn.com.amazonaws", "com.amazonaws")}.${account.region}.${service}`;
      return str(when(matches(/\.amazonaws\./, service), service, short));
    };
    const tags = (name: Value<string>) => map(tagged(names.tags, { Name: text`${names.stack}-${name}-endpoint` }));

    const gateways = GATEWAYS.map((service) =>
      optional(and(facts.createsVpc, contains(inputs.vpcEndpoints, service)), (one) =>
        one(
          new VpcEndpoint(this, service, {
            vpcId: str(network.vpcId),
            serviceName: serviceName(Value.of(service)),
            vpcEndpointType: "Gateway",
            routeTableIds: [str(network.own.pick(({ routeTable }) => routeTable.id, ""))],
            tags: tags(Value.of(service)),
          }),
        ),
      ),
    );

    const wanted = filterItems(inputs.vpcEndpoints, (service) =>
      and(facts.createsVpc, not(contains(GATEWAYS, service))),
    );
    const services = localValue(this, "interface_endpoints", wanted);
    const group = optional(isSet(services), (one) =>
      one(
        new SecurityGroup(this, "vpc_endpoint_sg", {
          name: str(text`${names.stack}-vpc-endpoints`),
          // As in Buildkite's own module; the rule there has none.
          description: "Security group for VPC endpoints",
          vpcId: str(network.vpcId),
          ingress: [{ fromPort: 443, toPort: 443, protocol: "tcp", cidrBlocks: [str(inputs.vpcCidrBlock)] }],
          tags: map(tagged(names.tags, { Name: text`${names.stack}-vpc-endpoints-sg` })),
          // Made by an earlier version it has another one, and cannot go while endpoints use it.
          lifecycle: { ignoreChanges: ["description"] },
        }),
      ),
    );
    const interfaces = withForEach(
      services,
      (service) =>
        new VpcEndpoint(this, "interface", {
          vpcId: str(network.vpcId),
          serviceName: serviceName(service),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: list(network.subnetIds),
          securityGroupIds: [str(group.pick((it) => it.id, ""))],
          tags: tags(service),
        }),
    );
    this.all = [...gateways.map(({ made }) => made), interfaces].filter((made) => made !== undefined);
  }
}
