import { type Construct } from "constructs";
import { type Inputs } from "../elastic-ci-stack/inputs/table";
import { type OWN_TAGS } from "./tags";
import { entry, mapIf, merge } from "../value/list";
import { named } from "../value/optional";
import { shortHash, text } from "../value/text";
import { eq, type Operand, type Value, when } from "../value/value";
import { type Account } from "./account";

export type Tags = Value<Readonly<Record<string, string>>>;

/** What things are called, and the tags that all of them carry. */
export interface Names {
  /** Prefix of every name: the stack's name and a suffix that makes it unique, known at plan. */
  readonly stack: Value<string>;
  readonly group: Value<string>;
  readonly groupArn: Value<string>;
  readonly terminatingHook: Value<string>;
  readonly tags: Tags;
}

export function names(scope: Construct, inputs: Inputs, account: Account): Names {
  const derived = shortHash(8, text`${account.id}/${account.region}/${inputs.stackName}`);
  const suffix = when(eq(inputs.stackNameSuffix, ""), derived, inputs.stackNameSuffix);
  const stack = named(scope, "stack_name_full", text`${inputs.stackName}-${suffix}`);
  const group = text`${stack}-asg`;
  return {
    stack,
    group,
    groupArn: named(scope, "group_arn", groupArn(account, group)),
    terminatingHook: text`${stack}-terminating-hook`,
    tags: named(scope, "common_tags", commonTags(inputs, stack)),
  };
}

/** ARN of a group by its name; the id in it stays open. */
export function groupArn(account: Account, group: Operand<string>): Value<string> {
  return account.arn("autoscaling", text`autoScalingGroup:*:autoScalingGroupName/${group}`);
}

function commonTags(inputs: Inputs, stack: Value<string>): Tags {
  const costTag = entry(inputs.costAllocationTagName, inputs.costAllocationTagValue);
  const cost = mapIf(inputs.enableCostAllocationTags, costTag);
  const own: Readonly<Record<(typeof OWN_TAGS)[number], Operand<string>>> = { ManagedBy: "Terraform", Stack: stack };
  return merge<string>(inputs.tags, cost, own);
}

/** The common tags and some of a resource's own, which win. */
export function tagged(tags: Tags, own: Readonly<Record<string, Value<string> | string>>): Tags {
  return merge<string>(tags, own);
}
