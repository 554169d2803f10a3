import { DataAwsDefaultTags } from "@cdktf/provider-aws/lib/data-aws-default-tags";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { entry, mapIf, merge } from "../value/list";
import { localValue } from "../value/optional";
import { shortHash, text } from "../value/text";
import { eq, type Operand, Value, when } from "../value/value";
import { type Account } from "./account";
import { type OWN_TAGS } from "./tags";

export type Tags = Value<Readonly<Record<string, string>>>;

/** Names of resources, and the tags that all of them have. */
export interface Names {
  /** Prefix of every name: the stack's name and a suffix that makes it unique. Known at plan. */
  readonly stack: Value<string>;
  readonly tags: Tags;
}

/** The inputs that names are made of. */
export interface NamingInputs {
  readonly stackName: Value<string>;
  readonly stackNameSuffix: Value<string>;
}

export interface TaggingInputs {
  readonly tags: Tags;
  readonly enableCostAllocationTags: Value<boolean>;
  readonly costAllocationTagName: Value<string>;
  readonly costAllocationTagValue: Value<string>;
}

export function stackName(scope: Construct, inputs: NamingInputs, account: Account): Value<string> {
  const derived = shortHash(8, text`${account.id}/${account.region}/${inputs.stackName}`);
  const suffix = when(eq(inputs.stackNameSuffix, ""), derived, inputs.stackNameSuffix);
  return localValue(scope, "stack_name_full", text`${inputs.stackName}-${suffix}`);
}

export function commonTags(scope: Construct, inputs: TaggingInputs, stack: Value<string>): Tags {
  const costTag = entry(inputs.costAllocationTagName, inputs.costAllocationTagValue);
  const cost = mapIf(inputs.enableCostAllocationTags, costTag);
  const own: Readonly<Record<(typeof OWN_TAGS)[number], Operand<string>>> = { ManagedBy: "Terraform", Stack: stack };
  return localValue(scope, "common_tags", merge<string>(inputs.tags, cost, own));
}

/** A resource that carries tags of its own. */
export interface Tagged {
  readonly tagsInput?: Record<string, string>;
}

/**
 * Every tag that a resource ends up with: the provider's `default_tags`, and its own as they are when the configuration is written,
 * with what an aspect of the program's has added. For what the provider gives no tags to.
 */
export function everyTag(scope: Construct, resource: Tagged): Tags {
  const { tags } = new DataAwsDefaultTags(new Construct(scope, "provider"), "current", {});
  const own = Lazy.anyValue({ produce: () => resource.tagsInput ?? {} });
  const [ofProvider, ofResource] = [tags, own].map((given) => Value.of<unknown>(given) as Tags);
  return localValue(scope, "every_tag", merge<string>(ofProvider!, ofResource!));
}

/** The common tags and a resource's own, which override them. */
export function tagged(tags: Tags, own: Readonly<Record<string, Value<string> | string>>): Tags {
  return merge<string>(tags, own);
}
