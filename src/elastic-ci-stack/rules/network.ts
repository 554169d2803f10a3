import { rangeContains } from "../../value/cidr";
import { every, some } from "../../value/list";
import { length } from "../../value/text";
import { and, eq, gte, isSet, not, or, type Value } from "../../value/value";
import { givesVpc } from "../given";
import { type Rule } from "../../schema/rule";

/** Whether one range lies inside another. */
function overlap(ranges: Value<readonly string[]>): Value<boolean> {
  return some(ranges, (outer) => some(ranges, (inner) => and(not(eq(outer, inner)), rangeContains(outer, inner))));
}

export const networkRules: readonly Rule[] = [
  {
    on: "subnets",
    holds: (inputs) => or(not(givesVpc(inputs)), gte(length(inputs.subnets), 2)),
    message: "{vpc_id=}, but {subnets=}. An existing VPC needs at least 2 of its subnets in {subnets}.",
  },
  {
    on: "subnets",
    holds: (inputs) => or(givesVpc(inputs), not(isSet(inputs.subnets))),
    message: "{subnets=}, but {vpc_id} is empty. Give the VPC of these subnets in {vpc_id}.",
  },
  {
    on: "associate_public_ip_address",
    holds: (inputs) => or(inputs.associatePublicIpAddress, givesVpc(inputs)),
    message:
      "{associate_public_ip_address=}, but the created VPC has no NAT, so its instances could not reach Buildkite. " +
      "Leave it at true, or give a VPC of your own in {vpc_id}.",
  },
  {
    on: "subnet_cidr_blocks",
    holds: (inputs) =>
      or(
        givesVpc(inputs),
        every(inputs.subnetCidrBlocks, (block) => rangeContains(inputs.vpcCidrBlock, block)),
      ),
    message: "{subnet_cidr_blocks=}, but {vpc_cidr_block=}. Every subnet must lie inside the VPC's range.",
  },
  {
    on: "subnet_cidr_blocks",
    holds: (inputs) => or(givesVpc(inputs), not(overlap(inputs.subnetCidrBlocks))),
    message: "{subnet_cidr_blocks=}, which overlap. Give the two subnets ranges of their own.",
  },
];
