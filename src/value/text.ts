import { createHash } from "node:crypto";
import { type Part, Template } from "./expression";
import { at, fold, known, type Operand, Value, value } from "./value";

/** A template string with operands: text`arn:${partition}:s3:::${name}`. */
export function text(literals: TemplateStringsArray, ...operands: readonly Operand<string>[]): Value<string> {
  const pieces = literals
    .flatMap((literal, i) => (i === 0 ? [literal] : [...piecesOf(operands[i - 1]!), literal]))
    .filter((it) => it !== "");
  if (pieces.every((piece) => typeof piece === "string")) return Value.of(pieces.join(""));
  const only = pieces.length === 1 ? pieces[0] : undefined;
  return only ? value((only as { operand: Operand<string> }).operand) : Value.template(pieces);
}

/** An operand as pieces of the text around it. */
function piecesOf(operand: Operand<string>): readonly Part[] {
  const literal = known(operand);
  if (literal) return [literal.content];
  const content = value(operand).content;
  return content instanceof Template ? content.pieces : [at(operand)];
}

export function lower(operand: Operand<string>): Value<string> {
  return fold<[string], string>([operand], (whole) => whole.replace(/./gsu, lowerLetter), "lower(", at(operand), ")");
}

/** Terraform knows no lower case that depends on the letter's neighbours or has two characters. */
function lowerLetter(letter: string): string {
  return String.fromCodePoint(letter.toLowerCase().codePointAt(0)!);
}

export function upper(operand: Operand<string>): Value<string> {
  return fold<[string], string>([operand], (whole) => whole.replace(/./gsu, upperLetter), "upper(", at(operand), ")");
}

/** Nor upper case of two characters, such as SS for ß: what would come to two stays. An iota below a letter stays below. */
function upperLetter(letter: string): string {
  const raised = letter.normalize("NFD").replace(/[^\u0345]/gu, (piece) => piece.toUpperCase());
  const whole = raised.normalize();
  return /^.$/su.test(whole) ? whole : letter;
}

export function startsWith(operand: Operand<string>, prefix: string): Value<boolean> {
  return fold<[string], boolean>(
    [operand],
    (whole) => whole.startsWith(prefix),
    "startswith(",
    at(operand),
    ", ",
    at(prefix),
    ")",
  );
}

export function trimPrefix(operand: Operand<string>, prefix: string): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => (whole.startsWith(prefix) ? whole.slice(prefix.length) : whole),
    "trimprefix(",
    at(operand),
    ", ",
    at(prefix),
    ")",
  );
}

/** The text before the first separator. */
export function firstPart(separator: string, operand: Operand<string>): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => whole.split(separator)[0]!,
    "split(",
    at(separator),
    ", ",
    at(operand),
    ")[0]",
  );
}

/** The text after the last separator. */
export function lastPart(separator: string, operand: Operand<string>): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => whole.split(separator).at(-1)!,
    "reverse(split(",
    at(separator),
    ", ",
    at(operand),
    "))[0]",
  );
}

/** Length in characters of a text, or in items of a list. */
export function length(operand: Operand<string | readonly unknown[]>): Value<number> {
  const lifted = value(operand);
  if (lifted.isKnown && Array.isArray(lifted.content)) return Value.of(lifted.content.length);
  return fold<[string | readonly unknown[]], number>(
    [operand],
    (whole) => (typeof whole === "string" ? characters(whole).length : whole.length),
    "length(",
    at(operand),
    ")",
  );
}

/** What Terraform counts as characters: what readers do. */
function characters(text: string): readonly string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** Whether a text matches the pattern, which must mean the same in JavaScript and in Terraform's RE2. */
export function matches(pattern: RegExp, operand: Operand<string>): Value<boolean> {
  if (pattern.flags !== "") throw new Error(`a pattern that Terraform also reads has no flags: ${String(pattern)}`);
  const inRunes = new RegExp(pattern.source, "u");
  return fold<[string], boolean>(
    [operand],
    (whole) => inRunes.test(whole),
    "can(regex(",
    at(pattern.source),
    ", ",
    at(operand),
    "))",
  );
}

/** As Terraform's `tostring`. */
export function toText(operand: Operand<string | number | boolean>): Value<string> {
  const write = (content: string | number | boolean) =>
    typeof content === "number" ? decimal(content) : String(content);
  return fold<[string | number | boolean], string>([operand], write, "tostring(", at(operand), ")");
}

const WITHOUT_EXPONENT = new Intl.NumberFormat("en-US", { useGrouping: false, maximumSignificantDigits: 21 });

/** The text's beginning, or all of it where it is no longer. */
export function firstCharacters(most: number, operand: Operand<string>): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => characters(whole).slice(0, most).join(""),
    ...["substr(", at(operand), `, 0, ${most})`],
  );
}

/** A number as Terraform writes it in texts. */
export function decimal(number: number): string {
  return WITHOUT_EXPONENT.format(number === 0 ? 0 : number);
}

/** First hexadecimal digits of the SHA-256 of a text, as a short name for it. Not for secrets. */
export function shortHash(digits: number, operand: Operand<string>): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => createHash("sha256").update(whole).digest("hex").slice(0, digits),
    ...["substr(sha256(", at(operand), `), 0, ${digits})`],
  );
}
