import { Clock } from "../../../programs/simulate/clock";
import { Random } from "../../../programs/simulate/random";

test("events happen in the order of their times, and of their arrangement at equal times", () => {
  const clock = new Clock();
  const random = new Random(1, "events");
  const arranged = Array.from({ length: 500 }, (_, order) => ({ time: random.between(0, 50), order }));
  const happened: { time: number; order: number }[] = [];
  for (const event of arranged) clock.at(event.time, () => happened.push(event));
  clock.runUntil(50);
  expect(happened).toEqual([...arranged].sort((a, b) => a.time - b.time || a.order - b.order));
});

test("what lies beyond the end does not happen", () => {
  const clock = new Clock();
  const happened: number[] = [];
  clock.at(10, () => happened.push(clock.now));
  clock.at(11, () => happened.push(clock.now));
  clock.runUntil(10);
  expect([happened, clock.now]).toEqual([[10], 10]);
});

test("nothing can be arranged in the past", () => {
  const clock = new Clock();
  clock.runUntil(5);
  expect(() => clock.at(4, () => undefined)).toThrow("an event at 4 s cannot be arranged at 5 s");
});

test("seeds and purposes have streams of their own, evenly spread", () => {
  const first = (seed: number, stream: string) => new Random(seed, stream).next();
  const values = [1, 2, 3, 4, 5].flatMap((seed) => ["builds", "boot"].map((stream) => first(seed, stream)));
  expect(new Set(values).size).toBe(10);
  const random = new Random(7, "mean");
  const mean = Array.from({ length: 10_000 }, () => random.next()).reduce((sum, value) => sum + value, 0) / 10_000;
  expect(mean).toBeCloseTo(0.5, 1);
});
