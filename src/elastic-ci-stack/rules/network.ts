import { cidrContains } from "../../value/cidr";
import { every, some } from "../../value/list";
import { length } from "../../value/text";
import { and, eq, gte, isSet, not, or, type Value } from "../../value/value";
import { createsVpc } from "../facts";
import { type InputRule } from "../inputs/table";

/** Whether one range lies inside another. */
function overlap(ranges: Value<readonly string[]>): Value<boolean> {
  return some(ranges, (outer) => some(ranges, (inner) => and(not(eq(outer, inner)), cidrContains(outer, inner))));
}

export const networkRules: readonly InputRule[] = [
  {
    on: "subnets",
    holds: (inputs) => or(createsVpc(inputs), gte(length(inputs.subnets), 2)),
    message: "{vpc_id=}, but {subnets=}. An existing VPC needs at least 2 of its subnets in {subnets}.",
  },
  {
    on: "subnets",
    holds: (inputs) => or(not(createsVpc(inputs)), not(isSet(inputs.subnets))),
    message:
      "{subnets=}, but {vpc_id} is empty. Give the VPC of these subnets in {vpc_id}, " +
      "or leave {subnets} empty: Buildkite's own module ignores them then, and so a stack of its making runs in its own VPC.",
  },
  {
    on: "associate_public_ip_address",
    holds: (inputs) => or(inputs.associatePublicIpAddress, not(createsVpc(inputs))),
    message:
      "{associate_public_ip_address=}, but the created VPC has no NAT, so its instances could not reach Buildkite. " +
      "Leave it at true, or give a VPC of your own in {vpc_id}.",
  },
  {
    on: "subnet_cidr_blocks",
    holds: (inputs) =>
      or(
        not(createsVpc(inputs)),
        every(inputs.subnetCidrBlocks, (block) => cidrContains(inputs.vpcCidrBlock, block)),
      ),
    message: "{subnet_cidr_blocks=}, but {vpc_cidr_block=}. Every subnet must lie inside the VPC's range.",
  },
  {
    on: "subnet_cidr_blocks",
    holds: (inputs) => or(not(createsVpc(inputs)), not(overlap(inputs.subnetCidrBlocks))),
    message: "{subnet_cidr_blocks=}, which overlap. Give the two subnets ranges of their own.",
  },
];
