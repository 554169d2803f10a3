import { entry, keys, mapIf, merge, keyValuePairs } from "../../value/list";
import { not, type Value } from "../../value/value";
import { type Inputs, type InputRule } from "../inputs/table";
import { differOnlyInCase, OWN_TAGS } from "../../aws/tags";

function costTag(inputs: Inputs): Value<Readonly<Record<string, string>>> {
  return mapIf(inputs.enableCostAllocationTags, entry(inputs.costAllocationTagName, ""));
}

/** The keys of all tags of the created instance role. */
function keysOfRole(inputs: Inputs): Value<readonly string[]> {
  const own = Object.fromEntries(OWN_TAGS.map((key) => [key, ""]));
  return keys(merge<string>(inputs.tags, costTag(inputs), own, keyValuePairs(inputs.instanceRoleTags)));
}

export const tagRules: readonly InputRule[] = [
  {
    on: "tags",
    holds: (inputs) => not(differOnlyInCase(keys(inputs.tags), keys(costTag(inputs)))),
    message:
      "{tags=}, but {cost_allocation_tag_name=}. They differ only in upper and lower case, which IAM ignores: " +
      "write the key in {tags} as in {cost_allocation_tag_name}, or leave it out.",
  },
  {
    on: "instance_role_tags",
    holds: (inputs) => not(differOnlyInCase(keys(keyValuePairs(inputs.instanceRoleTags)), keysOfRole(inputs))),
    message:
      "{instance_role_tags=}, which has a key that differs only in upper and lower case from another one, from one in {tags}, " +
      `from {cost_allocation_tag_name} or from the stack's own tags ${OWN_TAGS.join(" and ")}. IAM ignores the difference: write both alike.`,
  },
];
