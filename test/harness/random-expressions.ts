/*
 * Random expressions over every operator of the algebra. One is a recipe: given a way to make leaves, it builds a Value. So the same
 * recipe can be built from contents, which folds it, or from variables, which leaves it to Terraform.
 */
import fc from "fast-check";
import { cidrContains } from "../../src/value/cidr";
import { base64, jsonArray, jsonDocument } from "../../src/value/json";
import * as l from "../../src/value/list";
import * as t from "../../src/value/text";
import * as v from "../../src/value/value";
import {
  type Arb,
  KEYS,
  leaf,
  NUMBERS,
  PATTERNS,
  plainList,
  plainMap,
  plainText,
  RANGES,
  type Recipe,
  type TextMap,
  type Texts,
  use,
  useWith,
} from "./random-leaves";

interface Kinds {
  readonly text: string;
  readonly number: number;
  readonly bool: boolean;
  readonly texts: Texts;
  readonly map: TextMap;
}
type Tie = { readonly [K in keyof Kinds]: Arb<Kinds[K]> };

const items = leaf("list(string)", fc.array(plainText, { minLength: 1, maxLength: 3 }));
const range = leaf("string", fc.constantFrom(...RANGES));
// Terraform reckons with more digits than JavaScript: both are exact for whole numbers, which is all that the stack adds and multiplies.
const whole = leaf("number", fc.integer({ min: 0, max: 9999 }));
const anyKey = leaf(
  "string",
  plainText.filter((key) => key !== "__proto__"),
);
const anyMap = leaf(
  "map(string)",
  plainMap.map((entries): TextMap => Object.fromEntries(entries)),
);

function texts({ text, number, bool, texts: list, map }: Tie): Arb<string>[] {
  const separator = fc.constantFrom(",", "/", "=", "$", "");
  return [
    leaf("string", plainText),
    useWith("text", fc.tuple(plainText, plainText), [text, text], ([a, b], x, y) => t.text`${a}${x}${b}${y}$`),
    use("lower", [text], t.lower),
    use("upper", [text], t.upper),
    useWith("trimPrefix", plainText, [text], (prefix, x) => t.trimPrefix(x, prefix)),
    useWith("firstPart", fc.constantFrom("/", ":", "="), [text], t.firstPart),
    useWith("lastPart", fc.constantFrom("/", ":", "="), [text], t.lastPart),
    use("toText", [number], t.toText),
    use("toText", [bool], t.toText),
    useWith("shortHash", fc.integer({ min: 1, max: 64 }), [text], t.shortHash),
    useWith("firstCharacters", fc.integer({ min: 0, max: 64 }), [text], t.firstCharacters),
    useWith("join", separator, [list], l.join),
    use("itemAt", [items, whole], (all, index) => l.itemAt<string>(all, index)),
    use(
      "lookup",
      [anyMap, leaf("string", fc.constantFrom("__proto__", "toString", ...KEYS)), text],
      (all, key, orElse) => l.lookup<string>(all, key, orElse),
    ),
    use("when", [bool, text, text], (condition, a, b) => v.when<string>(condition, a, b)),
    use("base64", [text], base64),
    use("jsonDocument", [text, number, bool, map], (a, b, c, d) =>
      jsonDocument({ b, "10": a, "9": c, d, list: [a, null, { b }], none: undefined }),
    ),
    use("jsonArray", [bool, text, number], (exists, a, b) =>
      jsonArray([
        { exists, document: { a, b } },
        { exists: v.not(exists), document: [b] },
        { exists: true, document: a },
      ]),
    ),
    use("field", [text, number], (a, b) =>
      l.field(l.itemAt(v.Value.of([{ a, b: t.toText(b) }] as never[]), 0), "a" as never),
    ),
  ];
}

function numbers({ text, number, bool, texts: list }: Tie): Arb<number>[] {
  return [
    leaf("number", fc.oneof(fc.constantFrom(...NUMBERS), fc.integer({ min: -9999, max: 9999 }))),
    use("plus", [whole, whole], v.plus),
    use("times", [whole, whole], v.times),
    use("min", [number, number], v.min),
    use("floor", [number], v.floor),
    use("length", [text], t.length),
    use("length", [list], t.length),
    use("when", [bool, number, number], (condition, a, b) => v.when<number>(condition, a, b)),
  ];
}

function bools({ text, number, bool, texts: list, map }: Tie): Arb<boolean>[] {
  return [
    leaf("bool", fc.boolean()),
    use("eq", [text, text], (a, b) => v.eq(a, b)),
    use("eq", [number, number], (a, b) => v.eq(a, b)),
    use("eq", [bool, bool], (a, b) => v.eq(a, b)),
    use("gt", [number, number], v.gt),
    use("gte", [number, number], v.gte),
    use("not", [bool], v.not),
    use("and", [bool, bool, bool], v.and),
    use("or", [bool, bool, bool], v.or),
    use("when", [bool, bool, bool], (condition, a, b) => v.when<boolean>(condition, a, b)),
    use("isSet", [text], v.isSet),
    use("isSet", [list], v.isSet),
    useWith("startsWith", plainText, [text], (prefix, x) => t.startsWith(x, prefix)),
    useWith("matches", fc.constantFrom(...PATTERNS), [text], t.matches),
    use("contains", [list, text], (all, one) => l.contains<string>(all, one)),
    use("every", [list, text], (all, one) =>
      l.every<string>(all, (item) => v.or(v.eq(item, one), v.gt(t.length(item), 1))),
    ),
    use("some", [list, list], (all, others) =>
      l.some<string>(all, (item) => l.every<string>(others, (other) => v.not(v.eq(item, other)))),
    ),
    use("entries", [map, text], (all, one) =>
      l.some(l.entries<string>(all), (entry) => v.eq(l.field(entry, "value"), one)),
    ),
    use("cidrContains", [range, range], cidrContains),
  ];
}

function lists({ text, bool, texts: list, map }: Tie): Arb<Texts>[] {
  return [
    leaf("list(string)", plainList),
    useWith("splitTrimmed", fc.constantFrom(",", "="), [text], l.splitTrimmed),
    use("mapItems", [list, list], (all, others) =>
      l.mapItems<string, string>(
        all,
        (item) =>
          t.text`${item}:${l.join(
            "+",
            l.filterItems<string>(others, (other) => v.not(v.eq(item, other))),
          )}`,
      ),
    ),
    use("mapItems", [list], (all) => l.mapItems<string, string>(all, (item) => l.join("|", l.splitTrimmed(",", item)))),
    use("filterItems", [list, text, bool], (all, one, flag) =>
      l.filterItems<string>(all, (item) => v.and(flag, v.not(v.eq(item, one)))),
    ),
    use("concat", [list, list], (a, b) => l.concat<string>(a, b)),
    use("distinct", [list], l.distinct),
    use("keys", [map], l.keys),
    use("values", [map], (all) => l.values<string>(all)),
    use("when", [bool, list, list], (condition, a, b) => v.when<Texts>(condition, a, b)),
  ];
}

function maps({ text, bool, map }: Tie): Arb<TextMap>[] {
  return [
    anyMap,
    use("entry", [anyKey, text], (key, item) => l.entry<string>(key, item)),
    use("merge", [map, map], (a, b) => l.merge<string>(a, b, { last: "wins" })),
    use("mapIf", [bool, map], (condition, all) => l.mapIf<string>(condition, all)),
    use("keyValuePairs", [text], l.keyValuePairs),
  ];
}

/** Recipes, the same ones for the same seed. */
export function recipes(seed: number, amount: number): readonly Recipe<unknown>[] {
  const { root } = fc.letrec<{ [K in keyof Kinds]: Recipe<Kinds[K]> } & { root: Recipe<unknown> }>((tie) => {
    const kinds: Tie = {
      text: tie("text"),
      number: tie("number"),
      bool: tie("bool"),
      texts: tie("texts"),
      map: tie("map"),
    };
    const oneOf = <T>(all: readonly Arb<T>[]): Arb<T> =>
      fc.oneof({ maxDepth: 3, depthSize: "small", depthIdentifier: "expression" }, ...all);
    const kind = {
      text: texts(kinds),
      number: numbers(kinds),
      bool: bools(kinds),
      texts: lists(kinds),
      map: maps(kinds),
    };
    return {
      text: oneOf(kind.text),
      number: oneOf(kind.number),
      bool: oneOf(kind.bool),
      texts: oneOf(kind.texts),
      map: oneOf(kind.map),
      root: fc.oneof(...Object.values(kind).flatMap((all) => all.slice(1) as Arb<unknown>[])),
    };
  });
  return fc.sample(root, { seed, numRuns: amount });
}
