import { every, splitTrimmed } from "../value/list";
import { matches } from "../value/text";
import { type Value } from "../value/value";
import { type Check, pattern } from "../schema/check";

/** The family of an instance type that runs on AWS's own ARM processors: a1, m7g, c6gn, im4gn, x2gd, p6e-gb200. */
export const ARM_INSTANCE_TYPE = /^(a1|[a-z]+[0-9]+g[a-z]*|[a-z0-9]+-gb[0-9]+)\./;

const TYPE = " *[a-z0-9-]+\\.[a-z0-9-]+ *";

export function instanceTypes(): Check<string> {
  return pattern(
    new RegExp(`^${TYPE}(,${TYPE}){0,24}$`),
    "name 1 to 25 instance types between commas, such as t3.large,t3a.large",
  );
}

/** Whether all of the types earn CPU credits, as the T families do: AWS refuses a credit specification for any other type. */
export function isBurstable(types: Value<string>): Value<boolean> {
  return every(splitTrimmed(",", types), (type) => matches(/^t[0-9]/, type));
}
