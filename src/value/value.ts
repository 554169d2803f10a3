/*
 * Values and their operators. Three callers use the same constructs: a TypeScript program that knows its values, one that passes references
 * to other resources, and a Terraform module whose values arrive at plan. A Value is known, or it is a Terraform expression; an operator
 * computes its result when it knows enough and writes an expression otherwise. Values are opaque so that no code can branch on a reference.
 */
import { type IResolvable, Token, Tokenization } from "cdktf";
import { normalizeLikeTerraform, Expression, isValue, type Part, Template, VALUE } from "./expression";

/** A value that is known now, or a Terraform expression for it. `T` is the type of the known content. */
export class Value<out T> {
  /** Makes the type opaque: a Value is never assignable to the type of its content. */
  declare protected readonly type: T;
  readonly [VALUE] = true;

  private constructor(
    readonly content: unknown,
    /** Whether `content` is the value itself; its items and fields may still be expressions. */
    readonly isKnown: boolean,
    /** Whether the caller certainly gave a value, although it is not known yet: a reference. */
    readonly isGiven: boolean,
  ) {}

  /** A literal, or a reference to something that another construct makes. */
  static of<T>(content: T): Value<T> {
    const isReference = Token.isUnresolved(content);
    return new Value<T>(content, !isReference, isReference);
  }

  /** A Terraform expression, such as `var.min_size`, of which nothing is known before plan. */
  static expression<T>(...parts: readonly Part[]): Value<T> {
    return new Value<T>(new Expression(parts), false, false);
  }

  /** A text in which some pieces are unknown. */
  static template(pieces: readonly Part[]): Value<string> {
    return new Value<string>(new Template(pieces), false, false);
  }

  static is(candidate: unknown): candidate is Value<unknown> {
    return isValue(candidate);
  }

  toString(): never {
    throw new Error("a Value has no text: build one with text`…` or hand it to cdktf with str()");
  }
}

/** What operators accept: a Value or a plain literal. */
export type Operand<T> = T | Value<T>;

/** Lifts a literal; a Value stays as it is. */
export function value<T>(operand: Operand<T>): Value<T> {
  return Value.is(operand) ? operand : Value.of(operand);
}

/** The content of a value that is known with all its items and fields, else undefined. */
export function known<T>(operand: Operand<T>): { readonly content: T } | undefined {
  const lifted = value(operand);
  const content = lifted.isKnown ? unwrap(lifted.content) : UNKNOWN;
  return content === UNKNOWN ? undefined : { content: content as T };
}

const UNKNOWN = Symbol("unknown");

function unwrap(content: unknown): unknown {
  if (Value.is(content)) return content.isKnown ? unwrap(content.content) : UNKNOWN;
  if (Array.isArray(content)) {
    const items = Token.isUnresolved(content) ? [UNKNOWN] : content.map(unwrap);
    return items.includes(UNKNOWN) ? UNKNOWN : items;
  }
  if (isReference(content)) return UNKNOWN;
  if (typeof content === "string") return normalizeLikeTerraform(content);
  if (typeof content !== "object" || content === null) return content;
  const fields = Object.entries(content).map(([key, item]) => [key, unwrap(item)] as const);
  return fields.some(([key, item]) => item === UNKNOWN || isReference(key)) ? UNKNOWN : Object.fromEntries(fields);
}

/** Whether something is a reference to an attribute of another construct, or a text that contains one. */
export function isReference(content: unknown): boolean {
  return Token.isUnresolved(content);
}

/** The one rule behind every operator: all operands known, compute; else write the expression. */
export function fold<A extends readonly unknown[], R>(
  operands: { readonly [K in keyof A]: Operand<A[K]> },
  compute: (...contents: A) => R,
  ...parts: readonly Part[]
): Value<R> {
  const contents = operands.map((operand) => known<unknown>(operand));
  if (contents.every((content) => content !== undefined)) {
    return Value.of(compute(...(contents.map(({ content }) => content) as unknown as A)));
  }
  return Value.expression<R>(...parts);
}

/** An operand's place in an expression. */
export function at(operand: unknown): Part {
  return { operand };
}

export function eq<T extends string | number | boolean>(a: Operand<T>, b: Operand<T>): Value<boolean> {
  return fold<[T, T], boolean>([a, b], (x, y) => x === y, "(", at(a), " == ", at(b), ")");
}

export function gt(a: Operand<number>, b: Operand<number>): Value<boolean> {
  return fold<[number, number], boolean>([a, b], (x, y) => x > y, "(", at(a), " > ", at(b), ")");
}

export function gte(a: Operand<number>, b: Operand<number>): Value<boolean> {
  return fold<[number, number], boolean>([a, b], (x, y) => x >= y, "(", at(a), " >= ", at(b), ")");
}

export function plus(a: Operand<number>, b: Operand<number>): Value<number> {
  return fold<[number, number], number>([a, b], (x, y) => x + y, "(", at(a), " + ", at(b), ")");
}

export function times(a: Operand<number>, b: Operand<number>): Value<number> {
  return fold<[number, number], number>([a, b], (x, y) => x * y, "(", at(a), " * ", at(b), ")");
}

export function min(a: Operand<number>, b: Operand<number>): Value<number> {
  return fold<[number, number], number>([a, b], Math.min, "min(", at(a), ", ", at(b), ")");
}

export function floor(a: Operand<number>): Value<number> {
  return fold<[number], number>([a], Math.floor, "floor(", at(a), ")");
}

/** The operand of each negation that became an expression: not(not(a)) is a. */
const negated = new WeakMap<Value<boolean>, Value<boolean>>();

export function not(a: Operand<boolean>): Value<boolean> {
  const lifted = value(a);
  const twice = negated.get(lifted);
  if (twice) return twice;
  const negation = fold<[boolean], boolean>([lifted], (x) => !x, "!", at(lifted));
  if (!known(negation)) negated.set(negation, lifted);
  return negation;
}

/** Written as a conditional: before Terraform 1.12 `false && unknown` is unknown, which no `count` may be. */
export function and(...all: readonly Operand<boolean>[]): Value<boolean> {
  return all.reduceRight<Value<boolean>>((rest, first) => {
    const left = known(first);
    if (left) return left.content ? rest : Value.of(false);
    const right = known(rest);
    if (right) return right.content ? value(first) : Value.of(false);
    return Value.expression("(", at(first), " ? ", at(rest), " : false)");
  }, Value.of(true));
}

export function or(...all: readonly Operand<boolean>[]): Value<boolean> {
  return all.reduceRight<Value<boolean>>((rest, first) => {
    const left = known(first);
    if (left) return left.content ? Value.of(true) : rest;
    const right = known(rest);
    if (right) return right.content ? Value.of(true) : value(first);
    return Value.expression("(", at(first), " ? true : ", at(rest), ")");
  }, Value.of(false));
}

/** Only the branch that is taken needs to be known. */
export function when<T>(condition: Operand<boolean>, then: Operand<T>, otherwise: Operand<T>): Value<T> {
  const decided = known(condition);
  if (decided) return value(decided.content ? then : otherwise);
  return Value.expression("(", at(condition), " ? ", at(then), " : ", at(otherwise), ")");
}

/** Whether a text or list was given. A reference counts as given: nobody knows its text, but somebody passed it. */
export function isSet(operand: Operand<string | readonly unknown[]>): Value<boolean> {
  const lifted = value(operand);
  if (lifted.isGiven) return Value.of(true);
  if (lifted.isKnown) return Value.of((lifted.content as string | readonly unknown[]).length > 0);
  return Value.expression("(length(", at(lifted), ") > 0)");
}

/* Conversions to what cdktf accepts. Literals are escaped, so that `${` in a user's text stays text. */
export function str(operand: Operand<string>): string {
  const content = known(operand);
  return content ? escapeTemplate(content.content) : Token.asString(token(operand));
}

export function num(operand: Operand<number>): number {
  const content = known(operand);
  return content ? content.content : Token.asNumber(token(operand));
}

export function bool(operand: Operand<boolean>): boolean | IResolvable {
  const content = known(operand);
  return content ? content.content : token(operand);
}

export function list(operand: Operand<readonly string[]>): string[] {
  const lowered = any(operand);
  return Array.isArray(lowered) ? (lowered as string[]) : Token.asList(lowered);
}

export function map(operand: Operand<Readonly<Record<string, string>>>): Record<string, string> {
  const lowered = any(operand);
  return Tokenization.isResolvable(lowered) ? Token.asStringMap(lowered) : (lowered as Record<string, string>);
}

/** Any value as something that cdktf can place anywhere. What is known of its shape stays visible, only the rest is an expression. */
export function any(operand: Operand<unknown>): unknown {
  if (Value.is(operand)) return operand.isKnown ? any(operand.content) : token(operand);
  if (typeof operand === "string") return textOrToken(operand);
  if (typeof operand !== "object" || operand === null || isReference(operand)) return operand;
  if (Array.isArray(operand)) return operand.map(any);
  return Object.fromEntries(Object.entries(operand).map(([key, item]) => [textOrToken(key), any(item)]));
}

/** A text in which only references are references. */
function textOrToken(text: string): string {
  return isReference(text) ? Token.asString(token(text)) : escapeTemplate(text);
}

function token(operand: Operand<unknown>): IResolvable {
  return new Expression([at(operand)]);
}

function escapeTemplate(text: string): string {
  return text.replace(/\$\{/g, "$$$${").replace(/%\{/g, "%%{");
}
