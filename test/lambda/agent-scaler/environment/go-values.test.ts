import {
  above,
  atLeast,
  atMost,
  decimal,
  duration,
  flag,
  webAddress,
  wholeNumber,
} from "../../../../lambda/agent-scaler/environment/go-values";

/** What Buildkite's scaler takes and refuses is in contract.test.ts; these are the corners beside it. */
const durations = [
  { text: "5.s", seconds: 5 },
  { text: "10\u03bcs", seconds: 0.00001 },
  { text: "-0", seconds: 0 },
  { text: "2562047h", seconds: 9223369200 },
];

test.each(durations)("the duration $text is $seconds seconds", ({ text, seconds }) => {
  expect(duration.parse(text)).toBe(seconds);
});

const notDurations = [".s", "+", "--1s", "2562048h", "10s\n"];

test.each(notDurations)("%j is not a duration", (text) => {
  expect(duration.parse(text)).toBeUndefined();
});

const flags = [
  { text: "false", value: false },
  { text: "true\n", value: undefined },
];

test.each(flags)("the flag $text is $value", ({ text, value }) => {
  expect(flag.parse(text)).toBe(value);
});

const wholeNumbers = [
  { text: "9007199254740991", value: 9007199254740991 },
  { text: "9007199254740992", value: undefined },
  { text: "-", value: undefined },
];

test.each(wholeNumbers)("the whole number $text is $value", ({ text, value }) => {
  expect(wholeNumber.parse(text)).toBe(value);
});

const decimals = [{ text: "5.e1", value: 50 }, ...[".", "1e", "1e999"].map((text) => ({ text, value: undefined }))];

test.each(decimals)("the number $text is $value", ({ text, value }) => {
  expect(decimal.parse(text)).toBe(value);
});

const addresses = [
  { text: "https://agent.buildkite.com/v3", accepted: true },
  { text: "http://127.0.0.1:8080", accepted: true },
  { text: "agent.buildkite.com/v3", accepted: false },
  { text: "ftp://agent.buildkite.com", accepted: false },
  { text: "https://", accepted: false },
];

test.each(addresses)("the address $text is accepted: $accepted", ({ text, accepted }) => {
  expect(webAddress.parse(text)).toBe(accepted ? text : undefined);
});

const limits = [
  { name: "at least 1", kind: atLeast(1, wholeNumber), text: "1", value: 1 },
  { name: "at least 1", kind: atLeast(1, wholeNumber), text: "0", value: undefined },
  { name: "at least 1", kind: atLeast(1, wholeNumber), text: "x", value: undefined },
  { name: "above 0", kind: above(0, decimal), text: "0.01", value: 0.01 },
  { name: "above 0", kind: above(0, decimal), text: "0", value: undefined },
  { name: "above 0", kind: above(0, decimal), text: "-1", value: undefined },
  { name: "at most 1", kind: atMost(1, decimal), text: "1", value: 1 },
  { name: "at most 1", kind: atMost(1, decimal), text: "1.01", value: undefined },
];

test.each(limits)("$name: $text is $value", ({ kind, text, value }) => {
  expect(kind.parse(text)).toBe(value);
});
