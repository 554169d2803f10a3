import { Scaler } from "../../harness/scaler/fake-function";
import { answerOf, fail, fails, FakePorts, groupOf, START, WORKS_AND_FAILS } from "../../harness/scaler/fake-ports";

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

/** Seconds since START at which Buildkite was asked. */
const polls = () => ports.asked.map(({ at }) => at - START);

describe("a longer poll interval that Buildkite asks for", () => {
  test("holds from the poll on whose response has it", async () => {
    ports.answer = () => answerOf({ pollDuration: ports.time < START + 20 ? "10" : "25" });
    await new Scaler(ports).invoke();
    expect(polls()).toEqual([0, 10, 20, 45]);
  });

  test("holds across invocations", async () => {
    ports.answer = () => answerOf({ pollDuration: "45" });
    await new Scaler(ports).minutes(3);
    expect(polls()).toEqual([0, 45, 90, 135]);
  });

  test("holds for longer than a minute: invocations without a poll are no failures", async () => {
    ports.answer = () => answerOf({ pollDuration: "150" });
    expect(await new Scaler(ports).minutes(6)).toEqual([]);
    expect(polls()).toEqual([0, 150, 300]);
  });

  test("ends when Buildkite no longer asks for it", async () => {
    ports.answer = () => answerOf({ pollDuration: ports.time === START ? "60" : "10" });
    await new Scaler(ports).minutes(2);
    expect(polls()).toEqual([0, 60, 70, 80, 90, 100, 110]);
  });

  test("takes precedence over the one poll of every invocation", async () => {
    ports.answer = () => answerOf({ pollDuration: "90" });
    const scaler = new Scaler(ports, { LAMBDA_TIMEOUT: "0" });
    await scaler.minutes(4);
    expect(polls()).toEqual([0, 120]);
  });
});

describe("after errors of Buildkite", () => {
  test("Retry-After is kept to, and then the pause is as before", async () => {
    ports.answer = () => (ports.time === START ? fails(429, 25)() : answerOf({}));
    await new Scaler(ports).invoke();
    expect(polls()).toEqual([0, 25, 35, 45]);
  });

  test("Retry-After is kept to across invocations", async () => {
    ports.answer = () => (ports.time === START ? fails(429, 90)() : answerOf({}));
    await new Scaler(ports).minutes(2);
    expect(polls()).toEqual([0, 90, 100, 110]);
  });

  const chances = [
    { random: 1, expected: [0, 20, 60, 120, 180, 240] },
    { random: 0, expected: [0, 10, 30, 60, 90, 120, 150, 180, 210, 240, 270] },
  ];

  test.each(chances)(
    "pauses double up to a minute; chance $random makes them shorter",
    async ({ random, expected }) => {
      ports.answer = fails(503);
      ports.random = () => random;
      await new Scaler(ports).minutes(5);
      expect(polls()).toEqual(expected);
    },
  );

  test("ten minutes of refusals cost few requests", async () => {
    ports.answer = fails(429);
    ports.random = () => 0.5;
    await new Scaler(ports).minutes(10);
    expect(ports.asked.length).toBeLessThan(17);
  });

  test("the first successful response ends the long pauses", async () => {
    ports.answer = () => (ports.time < START + 120 ? fails(503)() : answerOf({}));
    await new Scaler(ports).minutes(4);
    expect(polls().filter((at) => at >= 120)).toEqual([120, 130, 140, 150, 160, 170, 180, 190, 200, 210, 220, 230]);
  });

  test("a queue that works keeps the poll interval of the others", async () => {
    ports.answer = (queue) => (queue === "fails" ? fails(404)() : answerOf({}));
    await new Scaler(ports, WORKS_AND_FAILS).invoke();
    expect(ports.asked.filter(({ queue }) => queue === "works")).toHaveLength(6);
  });

  test("of AWS the poll interval stays as it is", async () => {
    ports.beforeDescribe = fail("Throttling");
    await new Scaler(ports).minutes(1);
    expect(polls()).toEqual([0, 10, 20, 30, 40, 50]);
  });
});

describe("a quiet queue", () => {
  const perMinute = () => {
    const counts = new Map<number, number>();
    for (const at of polls()) counts.set(Math.floor(at / 60), (counts.get(Math.floor(at / 60)) ?? 0) + 1);
    return [...counts.values()];
  };

  test("is polled once per minute after two hours, and as before once it has a job", async () => {
    const awake = START + 125 * 60;
    ports.answer = () => answerOf({ scheduled: ports.time >= awake ? 1 : 0 });
    await new Scaler(ports).minutes(127);
    expect(perMinute()).toEqual([...Array(120).fill(6), ...Array(5).fill(1), 6, 6]);
  });

  const awake = [
    { name: "a running job", answer: { running: 1 }, group: { desired: 1 } },
    { name: "a job that waits", answer: { waiting: 1 }, group: { desired: 0 } },
    { name: "instances that are to leave", answer: {}, group: { desired: 1 } },
    { name: "an instance that starts", answer: {}, group: { desired: 1, min: 1, inService: 0, pending: 1 } },
  ];

  test.each(awake)("is none that has $name", async ({ answer, group }) => {
    ports.answer = () => answerOf(answer);
    ports.groupStates.set("ci-asg", groupOf(group));
    await new Scaler(ports, { DISABLE_SCALE_IN: "true" }).minutes(125);
    expect(new Set(perMinute())).toEqual(new Set([6]));
  });

  test("is quiet also at a minimum above 0", async () => {
    ports.groupStates.set("ci-asg", groupOf({ desired: 2, min: 2 }));
    await new Scaler(ports).minutes(122);
    expect(perMinute().at(-1)).toBe(1);
  });

  test("does not count as quiet while its metrics cannot be read", async () => {
    ports.answer = () => (ports.time < START + 121 * 60 ? fails(503)() : answerOf({}));
    await new Scaler(ports).minutes(123);
    expect(perMinute().at(-1)).toBe(6);
  });
});
