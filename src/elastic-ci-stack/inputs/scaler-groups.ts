/* The items of `scaler_groups`: `queue=group` or `queue=group=agents per instance`. */
import { concat, every, itemAt, join, keepItems, splitTrimmed } from "../../value/list";
import { length } from "../../value/text";
import { eq, gte, plus, times, type Value } from "../../value/value";
import { type Check, pattern } from "../../schema/check";

export interface QueueAndGroup {
  readonly queue: Value<string>;
  readonly group: Value<string>;
  /** Empty where the item says nothing about it. */
  readonly agents: Value<string>;
}

export function queueAndGroup(item: Value<string>): QueueAndGroup {
  const parts = concat(splitTrimmed("=", item), ["", "", ""]);
  return { queue: itemAt(parts, 0), group: itemAt(parts, 1), agents: itemAt(parts, 2) };
}

/** The group's name becomes part of a grant, so it has no wildcard. */
export function queueAndGroupText(): Check<string> {
  return pattern(
    /^[^=\r\n]*[^= \t\r\n][^=\r\n]*=[A-Za-z0-9_.\/@+-]+(=[1-9][0-9]{0,3})?$/,
    "be queue=group or queue=group=agents, such as deploy=deploy-1a2b3c4d-asg or uploads=uploads-asg=10",
  );
}

/** Two queues that size one group would undo each other's work. */
export function eachGroupOnce(): Check<readonly string[]> {
  const sameGroup = (items: Value<readonly string[]>, item: Value<string>) =>
    keepItems(items, (other) => eq(queueAndGroup(other).group, queueAndGroup(item).group));
  return {
    holds: (items) => every(items, (item) => eq(length(sameGroup(items, item)), 1)),
    must: "name each group once",
  };
}

const ROOM = 2400;
const FRAME = 48;

/** A function's environment has room for 4 KB, of which the other variables may need a third. */
export function fitsIntoEnvironment(): Check<readonly string[]> {
  return {
    holds: (items) => gte(ROOM, plus(length(join("", items)), times(FRAME, length(items)))),
    must: `have at most ${ROOM} characters, where each item counts ${FRAME} more than it has`,
  };
}
