import { minimumOf, type TrailingMinimum, withValue } from "../../../../lambda/agent-scaler/decision/trailing-minimum";

const SPAN = 60;

/** [time, value] pairs, oldest first. */
function watched(...values: (readonly [number, number])[]): TrailingMinimum {
  const window = values.reduce<TrailingMinimum | undefined>(
    (before, [at, value]) => withValue(before, at, value, SPAN),
    undefined,
  );
  return window!;
}

const every10Seconds = (from: number, to: number, value: number) =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, index) => [from + index * 10, value] as const);

test("there is no minimum before the whole span has been observed", () => {
  expect(minimumOf(watched(...every10Seconds(0, 50, 3)), 59, SPAN)).toBeUndefined();
});

const minima = [
  { name: "equal values", values: every10Seconds(0, 60, 3), now: 60, least: 3 },
  { name: "a value that rises", values: [...every10Seconds(0, 50, 3), [60, 9] as const], now: 60, least: 3 },
  { name: "a value that falls", values: [...every10Seconds(0, 50, 3), [60, 1] as const], now: 60, least: 1 },
  {
    name: "a dip between",
    values: [...every10Seconds(0, 20, 3), [30, 0], ...every10Seconds(40, 60, 3)],
    now: 60,
    least: 0,
  },
  {
    name: "two values within one slot",
    values: [...every10Seconds(0, 50, 3), [52, 1], [54, 2], [60, 3]],
    now: 60,
    least: 1,
  },
  { name: "a dip longer ago than the span", values: [[0, 0], ...every10Seconds(10, 90, 3)], now: 90, least: 3 },
] satisfies { name: string; values: (readonly [number, number])[]; now: number; least: number }[];

test.each(minima)("$name: the least of the span is $least", ({ values, now, least }) => {
  expect(minimumOf(watched(...values), now, SPAN)).toBe(least);
});

test("a dip counts for a whole span", () => {
  const window = watched(...every10Seconds(0, 20, 3), [30, 0], ...every10Seconds(40, 89, 3));
  expect(minimumOf(window, 89, SPAN)).toBe(0);
});

test("one value per minute is enough", () => {
  expect(minimumOf(watched([0, 2], [60, 5]), 60, SPAN)).toBe(2);
});

test("after a gap longer than the span it starts anew", () => {
  const window = watched(...every10Seconds(0, 60, 2), [200, 50]);
  expect(minimumOf(window, 200, SPAN)).toBeUndefined();
});

test("where the clock was set back it starts anew", () => {
  const window = watched(...every10Seconds(5000, 5060, 0), [1000, 4]);
  expect(window).toEqual({ since: 1000, slots: [{ at: 1000, least: 4 }] });
});

test("however often a value is added, few slots are kept", () => {
  const values = Array.from({ length: 5000 }, (_, index) => [index / 7, index % 5] as const);
  expect(watched(...values).slots.length).toBeLessThanOrEqual(8);
});
