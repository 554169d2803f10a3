import { every, keys, splitTrimmed, values } from "../value/list";
import { length, matches } from "../value/text";
import { and, gte, not } from "../value/value";
import { type Check } from "./check";

/** AWS keeps this prefix to itself, in any case of its letters. */
const RESERVED = /^[aA][wW][sS]:/;

type Tags = Readonly<Record<string, string>>;

export function tagKey(): readonly Check<string>[] {
  return [
    { holds: (key) => not(matches(RESERVED, key)), must: "not begin with aws:, which AWS reserves" },
    { holds: (key) => gte(128, length(key)), must: "have at most 128 characters" },
  ];
}

/** The same for the keys of a map, which must not be empty either. */
export function tagKeys(): readonly Check<Tags>[] {
  return [
    {
      holds: (tags) => every(keys(tags), (key) => not(matches(RESERVED, key))),
      must: "have no key that begins with aws:, which AWS reserves",
    },
    {
      holds: (tags) => every(keys(tags), (key) => and(gte(length(key), 1), gte(128, length(key)))),
      must: "have keys of 1 to 128 characters",
    },
    {
      holds: (tags) => gte(40, length(keys(tags))),
      must: "have at most 40 entries: AWS allows 50, and the stack adds its own",
    },
  ];
}

/** The same for key=value pairs between commas. */
export function tagPairs(): readonly Check<string>[] {
  return [
    {
      holds: (pairs) => every(splitTrimmed(",", pairs), (pair) => not(matches(RESERVED, pair))),
      must: "have no key that begins with aws:, which AWS reserves",
    },
    {
      holds: (pairs) => every(splitTrimmed(",", pairs), (pair) => matches(/^[^=]{0,128}(=[^=]{0,256})?$/, pair)),
      must: "have keys of at most 128 characters and values of at most 256",
    },
  ];
}

export function tagValues(): Check<Tags> {
  return {
    holds: (tags) => every(values(tags), (item) => gte(256, length(item))),
    must: "have values of at most 256 characters",
  };
}
