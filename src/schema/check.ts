import { contains, distinct, every, values } from "../value/list";
import { length, matches } from "../value/text";
import { and, eq, floor, gt, gte, or, type Value } from "../value/value";

/**
 * One limit of one input, stated once. A known value is checked at synth; a variable gets the same limit as a `validation` block.
 * `must` completes the sentence "NAME is VALUE, but it must …".
 */
export interface Check<T> {
  readonly holds: (content: Value<T>) => Value<boolean>;
  readonly must: string;
  /** What the number may be, or the length of the text, for what is derived from it. */
  readonly bounds?: Bounds;
}

/** All inclusive but for `exclusiveMin`. */
export interface Bounds {
  readonly min?: number;
  readonly exclusiveMin?: number;
  readonly max?: number;
}

export function atLeast(min: number): Check<number> {
  return { holds: (n) => gte(n, min), must: `be at least ${min}`, bounds: { min } };
}

export function above(bound: number): Check<number> {
  return { holds: (n) => gt(n, bound), must: `be above ${bound}`, bounds: { exclusiveMin: bound } };
}

export function between(min: number, max: number): Check<number> {
  const must = `be from ${min} to ${max}`;
  return { holds: (n) => and(gte(n, min), gte(max, n)), must, bounds: { min, max } };
}

export function whole(): Check<number> {
  return { holds: (n) => eq(floor(n), n), must: "be a whole number" };
}

export function oneOf<T extends string | number>(allowed: readonly T[]): Check<T> {
  return {
    holds: (item) => contains(allowed, item),
    must: `be one of ${allowed.map((item) => JSON.stringify(item)).join(", ")}`,
  };
}

/** The pattern must be written in what JavaScript and RE2 share; `must` says it in words, with an example. */
export function pattern(expression: RegExp, must: string): Check<string> {
  return { holds: (text) => matches(expression, text), must };
}

export function notEmpty(): Check<string | readonly string[]> {
  return { holds: (content) => gt(length(content), 0), must: "not be empty" };
}

export function atMostCharacters(max: number): Check<string> {
  return { holds: (text) => gte(max, length(text)), must: `have at most ${max} characters`, bounds: { max } };
}

/** The same limit for a text that may also be left empty. */
export function emptyOr(check: Check<string>): Check<string> {
  return { holds: (text) => or(eq(text, ""), check.holds(text)), must: `be empty or ${check.must}` };
}

/** No text occurs twice in a list. */
export function noRepeats(): Check<readonly string[]> {
  return { holds: (items) => eq(length(distinct(items)), length(items)), must: "have each item once" };
}

/** The limit holds for each item of a list. */
export function eachItem(check: Check<string>): Check<readonly string[]> {
  return { holds: (items) => every(items, check.holds), must: `in each item ${check.must}` };
}

/** The limit holds for what stands under each key of a map. */
export function eachValue(check: Check<string>): Check<Readonly<Record<string, string>>> {
  return { holds: (map) => every(values(map), check.holds), must: `under each key ${check.must}` };
}
