/** Parses an environment variable as Go's standard library does, so that both scalers accept the same text. */
export interface Parser<T> {
  readonly expected: string;
  /** undefined: not such a value. */
  readonly parse: (text: string) => T | undefined;
}

const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE = ["0", "f", "F", "FALSE", "false", "False"];

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;
const DURATION_PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
const LONGEST_NANOSECONDS = 2 ** 63;

export const text: Parser<string> = { expected: "some text", parse: (value) => value };

export const flag: Parser<boolean> = {
  expected: "true or false",
  parse: (value) => (TRUE.includes(value) ? true : FALSE.includes(value) ? false : undefined),
};

export const wholeNumber: Parser<number> = {
  expected: "a whole number",
  parse: (value) => {
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  },
};

export const decimal: Parser<number> = {
  expected: "a number",
  parse: (value) => {
    const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : NaN;
    return Number.isFinite(number) ? number : undefined;
  },
};

/** In seconds. */
export const duration: Parser<number> = { expected: "a duration such as 10s or 1m30s", parse: parseDuration };

export const webAddress: Parser<string> = {
  expected: "an address that begins with https:// or http://",
  parse: (value) => (/^https?:\/\//.test(value) && URL.canParse(value) ? value : undefined),
};

export function atLeast(minimum: number, parser: Parser<number>): Parser<number> {
  return restricted(parser, (number) => number >= minimum, `${parser.expected}, at least ${String(minimum)}`);
}

export function atMost(maximum: number, parser: Parser<number>): Parser<number> {
  return restricted(parser, (number) => number <= maximum, `${parser.expected}, at most ${String(maximum)}`);
}

export function above(limit: number, parser: Parser<number>): Parser<number> {
  return restricted(parser, (number) => number > limit, `${parser.expected} above ${String(limit)}`);
}

function restricted<T>(parser: Parser<T>, holds: (value: T) => boolean, expected: string): Parser<T> {
  const parse = (value: string): T | undefined => {
    const parsed = parser.parse(value);
    return parsed !== undefined && holds(parsed) ? parsed : undefined;
  };
  return { expected, parse };
}

function parseDuration(value: string): number | undefined {
  if (!DURATION.test(value)) return undefined;
  const parts = [...value.matchAll(DURATION_PART)];
  const size = parts.reduce((sum, part) => sum + Number(part[1]) * (NANOSECONDS[part[2] ?? ""] ?? NaN), 0);
  if (size >= LONGEST_NANOSECONDS) return undefined;
  return size === 0 ? 0 : (value.startsWith("-") ? -size : size) / 1e9;
}
