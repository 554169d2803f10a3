import { Scaler } from "../../harness/scaler/fake-function";
import { answerOf, fail, fails, FakePorts, serving, START, WORKS_AND_FAILS } from "../../harness/scaler/fake-ports";

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

/** Seconds since START at which Buildkite was asked. */
const polls = () => ports.asked.map(({ at }) => at - START);

describe("the polls of an invocation", () => {
  test("come every 10 s, up to 5 s before the next invocation", async () => {
    await new Scaler(ports).invoke();
    expect(polls()).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test("leave no gap over the minutes", async () => {
    await new Scaler(ports).minutes(3);
    expect(polls()).toEqual(Array.from({ length: 18 }, (_, index) => index * 10));
  });

  test("end with their minute, also where the invocation came late", async () => {
    await new Scaler(ports).invoke({ scheduledAt: START - 12 });
    expect(polls()).toEqual([0, 10, 20, 30, 40]);
  });

  test.each([
    { name: "longer ago than a minute", scheduledAt: START - 61 },
    { name: "in the future", scheduledAt: START + 30 },
    { name: "not in the event", scheduledAt: undefined },
  ])("count from now on, where the scheduled time is $name", async ({ scheduledAt }) => {
    await new Scaler(ports).invoke({ scheduledAt });
    expect(polls()).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test("keep their times, whatever a poll takes", async () => {
    ports.answer = () => (ports.pass(4), answerOf({}));
    await new Scaler(ports).invoke();
    expect(polls()).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test("follow at once, where one takes longer than the pause", async () => {
    ports.answer = () => (ports.pass(12), answerOf({}));
    await new Scaler(ports).invoke();
    expect(polls()).toEqual([0, 12, 24, 36, 48]);
  });

  test("end in time for the function's own limit", async () => {
    await new Scaler(ports).invoke({ limit: 40 });
    expect(polls()).toEqual([0, 10, 20]);
  });

  test("end in time for the function's own limit, where they become slow", async () => {
    ports.answer = () => (ports.pass(18), answerOf({}));
    await new Scaler(ports).invoke({ limit: 50 });
    expect(polls()).toEqual([0, 18]);
  });

  test("go on to the function's own limit, where LAMBDA_TIMEOUT is below 0", async () => {
    await new Scaler(ports, { LAMBDA_TIMEOUT: "-1s" }).invoke({ scheduledAt: START - 30 });
    expect(polls()).toEqual(Array.from({ length: 11 }, (_, index) => index * 10));
  });

  test("are one, where LAMBDA_TIMEOUT is 0", async () => {
    await new Scaler(ports, { LAMBDA_TIMEOUT: "0" }).invoke({ scheduledAt: START - 2 });
    expect(polls()).toEqual([0]);
  });

  test("are one, where the function's limit leaves no time for more", async () => {
    await new Scaler(ports).invoke({ limit: 3 });
    expect(polls()).toEqual([0]);
  });

  test("begin after the group's own delay, which does not make them end later", async () => {
    await new Scaler(ports, { ASG_NAME: "bk-prod-asg", LAMBDA_STARTUP_JITTER_MAX: "30s" }).invoke();
    expect(polls().map(Math.floor)).toEqual([1, 11, 21, 31, 41, 51]);
  });

  const names = Array.from({ length: 30 }, (_, index) => `ci-${String(index)}-asg`);

  test.each(names)("are at most one less in a minute for the longest delay: %s", async (group) => {
    await new Scaler(ports, { ASG_NAME: group, LAMBDA_STARTUP_JITTER_MAX: "59s" }).minutes(3);
    expect(ports.asked.length).toBeGreaterThanOrEqual(15);
  });

  test("concern every queue", async () => {
    const targets = [
      { queue: "a", group: "a-asg" },
      { queue: "b", group: "b-asg" },
    ];
    await new Scaler(ports, { ...serving(targets), LAMBDA_TIMEOUT: "0" }).invoke();
    expect(ports.asked.map(({ queue }) => queue)).toEqual(["a", "b"]);
    expect(ports.records.map(({ Queue, group }) => [Queue, group])).toEqual([
      ["a", "a-asg"],
      ["b", "b-asg"],
    ]);
  });
});

describe("an invocation", () => {
  test("in which every poll failed fails, with every reason once", async () => {
    let reason = 0;
    ports.answer = () => fails(500, undefined, `reason ${String(reason++ % 2)}`)();
    ports.random = () => 0;
    expect(await new Scaler(ports).minutes(1)).toEqual(["every poll failed: reason 0; reason 1"]);
  });

  test("with one poll that succeeded succeeds", async () => {
    ports.answer = () => (ports.time === START + 10 ? answerOf({}) : fails(500)());
    ports.random = () => 0;
    expect(await new Scaler(ports).minutes(1)).toEqual([]);
  });

  test("succeeds where one of its targets does", async () => {
    ports.answer = (queue) => (queue === "fails" ? fails(404)() : answerOf({}));
    expect(await new Scaler(ports, WORKS_AND_FAILS).minutes(1)).toEqual([]);
  });

  test("in which every write was refused fails", async () => {
    ports.answer = () => answerOf({ scheduled: 3 });
    ports.beforeWrite = fail("AccessDenied");
    expect(await new Scaler(ports).minutes(1)).toEqual(["every poll failed: AccessDenied"]);
  });

  test("logs each failure with its stage and kind, and a record of each poll", async () => {
    ports.answer = fails(503, undefined, "failure");
    await new Scaler(ports, { LAMBDA_TIMEOUT: "0" }).minutes(1);
    expect(ports.lines).toMatchObject([
      { level: "error", message: "failure", stage: "metrics", queue: "default", group: "ci-asg", kind: "HTTP 503" },
    ]);
    expect(ports.records).toMatchObject([{ level: "warn", Queue: "default", group: "ci-asg", failed: ["metrics"] }]);
  });

  test("without failures logs nothing but one record per poll", async () => {
    await new Scaler(ports).minutes(1);
    expect(ports.lines).toEqual([]);
    expect(ports.records.map(({ message, failed }) => [message, failed])).toEqual(Array(6).fill(["poll", []]));
  });

  test("logs why it publishes no metrics for a response without organization", async () => {
    ports.answer = () => answerOf({ organization: "" });
    await new Scaler(ports, { LAMBDA_TIMEOUT: "0", CLOUDWATCH_METRICS: "true" }).minutes(1);
    expect(ports.lines).toMatchObject([{ level: "warn", message: expect.stringContaining("no organization") }]);
    expect(ports.records[0]).not.toHaveProperty("_aws");
  });

  test("publishes the errors of a poll under the organization that was known before", async () => {
    const scaler = new Scaler(ports, { CLOUDWATCH_METRICS: "true", LAMBDA_TIMEOUT: "0" });
    await scaler.minutes(1);
    ports.answer = fails(500);
    await scaler.minutes(1);
    expect(ports.records[1]).toMatchObject({ Org: "acme", PollErrors: 1 });
    expect(ports.records[1]).toHaveProperty("_aws");
  });
});
