import {
  above,
  atLeast,
  decimal,
  duration,
  flag,
  webAddress,
  wholeNumber,
} from "../../../lambda/agent-scaler/go-values";

const durations = [
  { text: "10s", seconds: 10 },
  { text: "1m30s", seconds: 90 },
  { text: "1h2m3s", seconds: 3723 },
  { text: "1.5h", seconds: 5400 },
  { text: "3600s", seconds: 3600 },
  { text: ".5s", seconds: 0.5 },
  { text: "5.s", seconds: 5 },
  { text: "500ms", seconds: 0.5 },
  { text: "250us", seconds: 0.00025 },
  { text: "10\u00b5s", seconds: 0.00001 },
  { text: "10\u03bcs", seconds: 0.00001 },
  { text: "100ns", seconds: 1e-7 },
  { text: "0", seconds: 0 },
  { text: "-0", seconds: 0 },
  { text: "0s", seconds: 0 },
  { text: "-1s", seconds: -1 },
  { text: "-0.5m", seconds: -30 },
  { text: "+5s", seconds: 5 },
  { text: "2562047h", seconds: 9223369200 },
];

test.each(durations)("the duration $text is $seconds seconds", ({ text, seconds }) => {
  expect(duration.parse(text)).toBe(seconds);
});

const notDurations = [
  "10",
  "abc",
  "10 s",
  " 10s",
  "5d",
  "1s1",
  "1h30",
  "1e3s",
  "60S",
  "s",
  ".",
  ".s",
  "+",
  "--1s",
  "2562048h",
  "10s\n",
];

test.each(notDurations)("%j is not a duration", (text) => {
  expect(duration.parse(text)).toBeUndefined();
});

const flags = [
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => ({ text, value: true })),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => ({ text, value: false })),
  ...["yes", "no", "on", "tRUE", " true", "2", "true\n"].map((text) => ({ text, value: undefined })),
];

test.each(flags)("the flag $text is $value", ({ text, value }) => {
  expect(flag.parse(text)).toBe(value);
});

const wholeNumbers = [
  { text: "0", value: 0 },
  { text: "1", value: 1 },
  { text: "-1", value: -1 },
  { text: "+7", value: 7 },
  { text: "007", value: 7 },
  { text: "9007199254740991", value: 9007199254740991 },
  ...["1.0", "1e2", " 1", "0x10", "1_000", "abc", "-"].map((text) => ({ text, value: undefined })),
  // Go takes this one; a JavaScript number cannot hold it exactly.
  { text: "9223372036854775807", value: undefined },
];

test.each(wholeNumbers)("the whole number $text is $value", ({ text, value }) => {
  expect(wholeNumber.parse(text)).toBe(value);
});

const decimals = [
  { text: "0", value: 0 },
  { text: "1.0", value: 1 },
  { text: "-0.5", value: -0.5 },
  { text: ".5", value: 0.5 },
  { text: "5.", value: 5 },
  { text: "1e2", value: 100 },
  { text: "1E-1", value: 0.1 },
  { text: "+2", value: 2 },
  ...[" 1", "1,5", "abc", ".", "1e"].map((text) => ({ text, value: undefined })),
  // Go takes these; no factor is meant by them.
  ...["NaN", "nan", "Inf", "-inf", "infinity", "0x1p-2", "1_0", "1e999"].map((text) => ({ text, value: undefined })),
];

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
];

test.each(limits)("$name: $text is $value", ({ kind, text, value }) => {
  expect(kind.parse(text)).toBe(value);
});
