import { entry, every, filterItems, keys, some, splitTrimmed, values } from "../value/list";
import { length, lower, matches } from "../value/text";
import { and, eq, gte, not, type Operand, type Value } from "../value/value";
import { type Check } from "../schema/check";

/** AWS reserves this prefix, in upper and lower case. */
const RESERVED = /^[aA][wW][sS]:/;

/** Characters that IAM accepts in keys and values. */
const TAG_TEXT = new RegExp("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$");
const CHARACTERS = "letters, digits, blanks and _.:/=+-@, for IAM takes no others";

/** Keys of the tags that the stack itself sets. */
export const OWN_TAGS = ["ManagedBy", "Stack"] as const;

/** Whether some key differs from one of the others only in upper and lower case: IAM refuses to have both. */
export function differOnlyInCase(keys: Operand<readonly string[]>, others: Operand<readonly string[]>): Value<boolean> {
  return some(keys, (key) => some(others, (other) => and(eq(lower(key), lower(other)), not(eq(key, other)))));
}

/** Those of the keys that IAM takes for the same as another one of them. */
export function clashing(keys: Value<readonly string[]>): Value<readonly string[]> {
  return filterItems(keys, (key) => some(keys, (other) => and(eq(lower(key), lower(other)), not(eq(key, other)))));
}

const LIKE_OWN = `the stack's own tags ${OWN_TAGS.join(" and ")} only in upper and lower case, which IAM ignores: choose another name`;

type Tags = Readonly<Record<string, string>>;

/** Limits of a tag's key, which may be empty. */
export function tagKey(): readonly Check<string>[] {
  return [
    { holds: (key) => not(matches(RESERVED, key)), must: "not begin with aws:, which AWS reserves" },
    { holds: (key) => gte(128, length(key)), must: "have at most 128 characters" },
    tagText(),
    { holds: (key) => not(differOnlyInCase(keys(entry(key, "")), OWN_TAGS)), must: `not differ from ${LIKE_OWN}` },
  ];
}

export function tagText(): Check<string> {
  return { holds: (text) => matches(TAG_TEXT, text), must: `have only ${CHARACTERS}` };
}

/** The same for the keys of a map, which must not be empty. */
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
      holds: (tags) => every(keys(tags), (key) => matches(TAG_TEXT, key)),
      must: `have keys of only ${CHARACTERS}`,
    },
    {
      holds: (tags) => not(differOnlyInCase(keys(tags), OWN_TAGS)),
      must: `have no key that differs from ${LIKE_OWN}`,
    },
    {
      holds: (tags) => not(differOnlyInCase(keys(tags), keys(tags))),
      must: "have no two keys that differ only in upper and lower case, which IAM ignores",
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

export function tagValues(): readonly Check<Tags>[] {
  return [
    {
      holds: (tags) => every(values(tags), (item) => gte(256, length(item))),
      must: "have values of at most 256 characters",
    },
    {
      holds: (tags) => every(values(tags), (item) => matches(TAG_TEXT, item)),
      must: `have values of only ${CHARACTERS}`,
    },
  ];
}
