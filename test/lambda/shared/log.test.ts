import { LOG_TIME, recordedLog } from "../../harness/recorded-log";

test("an event is one line of JSON with time, level, message and the fields", () => {
  const { log, lines } = recordedLog();
  log("warn", "two\nlines", { count: 2, names: ["a", "b"], group: null });
  const expected = { time: LOG_TIME, level: "warn", message: "two\nlines", count: 2, names: ["a", "b"], group: null };
  expect(lines.map((line) => line.split("\n").length)).toEqual([2]);
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([expected]);
});
