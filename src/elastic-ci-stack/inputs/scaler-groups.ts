/* The items of `scaler_groups`: `queue=group` or `queue=group=agents per instance`. */
import { concat, every, itemAt, join, filterItems, splitTrimmed } from "../../value/list";
import { length } from "../../value/text";
import { eq, gte, plus, times, type Value } from "../../value/value";
import { type Check, pattern } from "../../schema/check";

export interface QueueAndGroup {
  readonly queue: Value<string>;
  readonly group: Value<string>;
  /** Agents per instance; empty where the item has none. */
  readonly agents: Value<string>;
}

export function queueAndGroup(item: Value<string>): QueueAndGroup {
  const parts = concat(splitTrimmed("=", item), ["", "", ""]);
  return { queue: itemAt(parts, 0), group: itemAt(parts, 1), agents: itemAt(parts, 2) };
}

/** The group's name becomes part of a policy's ARN, so it has no wildcard. */
export function queueAndGroupText(): Check<string> {
  return pattern(
    /^[^=\r\n]*[^= \t\r\n][^=\r\n]*=[A-Za-z0-9_.\/@+-]+(=[1-9][0-9]{0,3})?$/,
    "be queue=group or queue=group=agents, such as deploy=deploy-1a2b3c4d-asg or uploads=uploads-asg=10",
  );
}

/** The desired capacity for one queue would undo that for another. */
export function eachGroupOnce(): Check<readonly string[]> {
  const sameGroup = (items: Value<readonly string[]>, item: Value<string>) =>
    filterItems(items, (other) => eq(queueAndGroup(other).group, queueAndGroup(item).group));
  return {
    holds: (items) => every(items, (item) => eq(length(sameGroup(items, item)), 1)),
    must: "name each group once",
  };
}

const MAX_CHARACTERS = 2400;
/** Characters of each item's JSON around its contents. */
const JSON_CHARACTERS = 48;

/** A function's environment has at most 4 KB, of which the other variables may need a third. */
export function fitsIntoEnvironment(): Check<readonly string[]> {
  return {
    holds: (items) => gte(MAX_CHARACTERS, plus(length(join("", items)), times(JSON_CHARACTERS, length(items)))),
    must: `have at most ${MAX_CHARACTERS} characters, where each item counts ${JSON_CHARACTERS} more than it has`,
  };
}
