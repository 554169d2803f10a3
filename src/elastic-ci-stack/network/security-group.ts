import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { withForEach, type Optional, optional } from "../../value/optional";
import { text } from "../../value/text";
import { map, num, str, Value, when } from "../../value/value";
import { tagged } from "../../aws/names";
import { type Network } from "./network";

/** The instances' security groups: one with all egress, and SSH or RDP from the given CIDR blocks; or the groups given. */
export class AgentSecurityGroup extends Construct {
  readonly own: Optional<SecurityGroup>;
  readonly ids: Value<readonly string[]>;

  constructor(scope: Construct, id: string, context: StackContext, network: Network) {
    super(scope, id);
    const { inputs, facts, names } = context;
    this.own = optional(facts.createsSecurityGroup, (one) => {
      const group = one(
        new SecurityGroup(this, "security_group", {
          name: str(text`${names.stack}-agent-sg`),
          // Buildkite's own module says so. Another description would replace the group, or for a moment leave instances without the rule.
          description: "Enable access to agents",
          vpcId: str(network.vpcId),
          egress: [{ fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }],
          tags: map(tagged(names.tags, { Name: text`${names.stack}-agent-sg` })),
          // Made by an earlier version it has another one, and cannot go while instances run.
          lifecycle: { ignoreChanges: ["description"] },
        }),
      );
      const ranges = when<readonly string[]>(facts.createsSecurityGroup, inputs.sshIngressCidrBlocks, []);
      const port = num(when(facts.isWindows, 3389, 22));
      withForEach(
        ranges,
        (range) =>
          new VpcSecurityGroupIngressRule(this, "security_group_ssh_ingress", {
            securityGroupId: group.id,
            description: "Remote login",
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            cidrIpv4: str(range),
            tags: map(names.tags),
          }),
      );
      return group;
    });
    this.ids = this.own.pick((group) => Value.of([group.id]), inputs.securityGroupIds);
  }
}
