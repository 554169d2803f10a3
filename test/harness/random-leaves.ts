/* What random expressions are made of: leaves with contents on which two languages may disagree, and uses of operators. */
import fc from "fast-check";
import { type Value } from "../../src/value/value";

export type LeafType = "string" | "number" | "bool" | "list(string)" | "map(string)";

export interface Leaf {
  readonly type: LeafType;
  readonly content: unknown;
  /** Drawn by chance: whether it is known where only some leaves are. */
  readonly isKnown: boolean;
}

export type MakeLeaf = (leaf: Leaf) => Value<never>;
type Make<T> = (make: MakeLeaf) => Value<T>;

export interface Recipe<T> {
  /** Names of the operators in it. */
  readonly uses: ReadonlySet<string>;
  readonly make: Make<T>;
}

export type Texts = readonly string[];
export type TextMap = Readonly<Record<string, string>>;
export type Arb<T> = fc.Arbitrary<Recipe<T>>;
type Built<A extends readonly unknown[]> = { readonly [K in keyof A]: Value<A[K]> };

/** Texts on which two languages may well disagree. */
const TEXTS = [
  ...["", " ", "0", "false", "null", "abc", "ABC-Ü", "a.b/c", "/a/b", "arn:aws:s3", "s3://bucket/key", "x=1"],
  ...[
    '"quoted"',
    "${x}",
    "$${x}",
    "%{ if x }",
    "%%{x}",
    "$",
    "%",
    "a$",
    "a%",
    "{b}",
    "$$",
    "\\",
    "\\b",
    "\\\\f\\",
    "a\\",
  ],
  ...[
    "\b\f\n\r\t\u0001\u007f",
    "line\nbreak",
    "<a>&'b'",
    "\u2028\u2029",
    "é",
    "e\u0301",
    "👨‍👩‍👧 x",
    "🇩🇪",
    "a\ud800b",
    "ΑΣ İ ẞ",
    "ß ᾳ ŉ é",
  ],
  ...[
    "a=1, b=2",
    "a=1,a=2",
    "=1,b,c==d=",
    " a , ,b ",
    ",",
    "\u0085a\ufeff,\u00a0b",
    "__proto__",
    "constructor",
    "10",
    "9",
  ],
];
/** Without `__proto__`, which cdktf loses on its way to JSON. */
export const KEYS = ["a", "b", "B", "10", "9", "constructor", "${k}", "a.b/c", "é", "\ufffd", "😀"];
export const NUMBERS = [0, 1, -1, 2, 16384, 0.5, -0.25, 0.1, 1e21, 1.5e-7, 123456789.125, 1e300];
export const RANGES = [
  "10.0.0.0/8",
  "10.1.2.0/24",
  "10.1.2.3/32",
  "0.0.0.0/0",
  "192.168.0.0/16",
  "10.0.0.0",
  "x/8",
  "10.0.0.0/33",
  "2001:db8::/32",
  "2001:db8:1::/48",
  "1e1.0.0.0/8",
  "",
];
export const PATTERNS = [/^[a-z]/, /^[^,]{1,2}$/, /[\\"$]/, /^(a|b)=[0-9]+/, /^$/, /^[^\r\n]*$/, /\.[a-z0-9-]+/];

const char = fc.constantFrom("a", "b", "0", " ", "=", ",", "/", "$", "{", "}", "%", "\\", '"', "\n", "é", "😀");
export const plainText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: char, maxLength: 8 }));
export const plainList = fc.array(plainText, { maxLength: 3 });
export const plainMap = fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), plainText), {
  maxLength: 4,
  selector: ([key]) => key,
});

export function leaf<T>(type: LeafType, content: fc.Arbitrary<T>): Arb<T> {
  return fc.tuple(content, fc.boolean()).map(([drawn, isKnown]) => ({
    uses: new Set<string>(),
    make: (make: MakeLeaf) => make({ type, content: drawn, isKnown }),
  }));
}

/** A use of one operator. */
export function use<const A extends readonly unknown[], R>(
  name: string,
  operands: { readonly [K in keyof A]: Arb<A[K]> },
  build: (...built: Built<A>) => Value<R>,
): Arb<R> {
  return fc.tuple<Recipe<unknown>[]>(...(operands as unknown as Arb<unknown>[])).map((recipes) => ({
    uses: new Set([name, ...recipes.flatMap((recipe) => [...recipe.uses])]),
    make: (make) => build(...(recipes.map((recipe) => recipe.make(make)) as unknown as Built<A>)),
  }));
}

/** An operator with a plain parameter that is drawn by chance. */
export function useWith<P, const A extends readonly unknown[], R>(
  name: string,
  parameter: fc.Arbitrary<P>,
  operands: { readonly [K in keyof A]: Arb<A[K]> },
  build: (parameter: P, ...built: Built<A>) => Value<R>,
): Arb<R> {
  return parameter.chain((drawn) => use(name, operands, (...built: Built<A>) => build(drawn, ...built)));
}
