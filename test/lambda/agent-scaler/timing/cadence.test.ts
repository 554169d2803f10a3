import { type Cadence, nextPoll, pauseSeconds } from "../../../../lambda/agent-scaler/timing/cadence";

const CADENCE: Cadence = { intervalSeconds: 10, deadline: 1055, notBefore: 0, quietSince: null };

const polls = [
  { name: "one interval after the last one began, whatever it took", last: 1000, now: 1004, at: 1010 },
  { name: "at once, where the last one took longer than the interval", last: 1000, now: 1025, at: 1025 },
  { name: "not before Buildkite wants it", cadence: { notBefore: 1033 }, last: 1000, now: 1001, at: 1033 },
  { name: "just before the deadline", last: 1044, now: 1045, at: 1054 },
  { name: "not at the deadline", last: 1045, now: 1046, at: undefined },
  { name: "not when the last one ran past the deadline", last: 1040, now: 1056, at: undefined },
  {
    name: "not when Buildkite asks for a pause past the deadline",
    cadence: { notBefore: 1055 },
    last: 1000,
    now: 1001,
    at: undefined,
  },
  {
    name: "as always, while the queue has slept for less than two hours",
    cadence: { quietSince: 1001 - 7199 },
    last: 1000,
    now: 1001,
    at: 1010,
  },
  {
    name: "not in this invocation, where the queue has slept for two hours",
    cadence: { quietSince: 1001 - 7200 },
    last: 1000,
    now: 1001,
    at: undefined,
  },
];

test.each(polls)("the next poll is $name", ({ cadence, last, now, at }) => {
  expect(nextPoll({ ...CADENCE, ...cadence }, last, now)).toBe(at);
});

test("a clock that was set back ends the invocation, because nobody knows when its time is over", () => {
  const tomorrow = { ...CADENCE, deadline: CADENCE.deadline + 86_400 };
  expect(nextPoll(tomorrow, 1000 + 86_400, 1001)).toBeUndefined();
});

const headers = [
  { header: "60", pause: 60 },
  { header: "+60", pause: 60 },
  { header: " 60", pause: 10 },
  { header: "1e3", pause: 10 },
  { header: "", pause: 10 },
];

test.each(headers)("the header $header makes the pause $pause s", ({ header, pause }) => {
  expect(pauseSeconds(10, header)).toBe(pause);
});
