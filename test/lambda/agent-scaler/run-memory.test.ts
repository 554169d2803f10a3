import { BuildkiteError } from "../../../lambda/agent-scaler/buildkite/metrics-api";
import { Scaler } from "../../harness/scaler/fake-function";
import { answerOf, fail, FakePorts, groupOf, serving, START } from "../../harness/scaler/fake-ports";

const COOLDOWNS = { SCALE_OUT_COOLDOWN_PERIOD: "300s", SCALE_IN_COOLDOWN_PERIOD: "3600s" };

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

const writes = () => ports.written.map(({ desired }) => desired);
const reasons = () => ports.records.map(({ decision }) => decision?.reason);
const kept = (lastScaleIn: number | null, lastScaleOut: number | null) =>
  JSON.stringify({ groups: { "ci-asg": { lastScaleIn, lastScaleOut } } });

describe("the memory", () => {
  test("is read by every invocation, and written by none in which nothing happened", async () => {
    await new Scaler(ports).minutes(5);
    expect([ports.memory.loads, ports.memory.saved]).toEqual([5, []]);
  });

  test("is written once by an invocation in which something happened", async () => {
    ports.answer = () => answerOf({ scheduled: Math.min(Math.floor((ports.time - START) / 10) + 1, 6) });
    await new Scaler(ports).minutes(3);
    expect(writes()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ports.memory.saved).toHaveLength(1);
    expect(JSON.parse(ports.memory.text)).toEqual({
      groups: { "ci-asg": { lastScaleIn: null, lastScaleOut: START + 50, raised: { need: 6, desired: 6 } } },
    });
  });

  test("carries a cooldown into a new container", async () => {
    ports.groupStates.set("ci-asg", groupOf({ desired: 4 }));
    ports.answer = () => answerOf({ scheduled: 3 });
    const scaler = new Scaler(ports, COOLDOWNS);
    await scaler.minutes(1);
    scaler.coldStart();
    ports.answer = () => answerOf({ scheduled: 1 });
    await scaler.minutes(1);
    expect([writes(), reasons().at(-1)]).toEqual([[3], "scale-in cooldown"]);
  });

  test("brings the events of another container to a warm one", async () => {
    const scaler = new Scaler(ports, COOLDOWNS);
    ports.groupStates.set("ci-asg", groupOf({ desired: 4, min: 4 }));
    await scaler.minutes(1);
    ports.memory.text = kept(ports.time - 1000, null);
    ports.groupStates.set("ci-asg", groupOf({ desired: 4 }));
    await scaler.minutes(1);
    expect([writes(), reasons().at(-1)]).toEqual([[], "scale-in cooldown"]);
  });

  test("makes a new container wait as long as Buildkite asked for", async () => {
    ports.random = () => 1;
    ports.answer = () => {
      throw new BuildkiteError("429", 429, 100);
    };
    const scaler = new Scaler(ports);
    await scaler.minutes(1);
    scaler.coldStart();
    await scaler.minutes(1);
    expect(ports.asked.map(({ at }) => at - START)).toEqual([0, 100]);
  });

  test("is optional: without it the container alone has the memory", async () => {
    ports.store = undefined;
    ports.answer = () => answerOf({ scheduled: 4 });
    await new Scaler(ports).minutes(2);
    expect([writes(), ports.lines]).toEqual([[4], []]);
  });

  const broken = [
    { name: "that is no JSON", break: () => (ports.memory.text = "later") },
    { name: "that somebody else has written", break: () => (ports.memory.text = '{"groups":{"ci-asg":"big"}}') },
    { name: "that cannot be read", break: () => (ports.memory.loading = new Error("AccessDenied")) },
  ];

  test.each(broken)("$name is logged and does not prevent scaling", async ({ break: breakIt }) => {
    breakIt();
    ports.answer = () => answerOf({ scheduled: 4 });
    expect(await new Scaler(ports).minutes(1)).toEqual([]);
    expect(writes()).toEqual([4]);
    expect(ports.lines[0]).toMatchObject({
      level: "error",
      stage: "memory",
      message: expect.stringMatching(/^the memory cannot be read: ./),
    });
  });

  test("that was broken is valid again after the next event", async () => {
    ports.memory.text = "later";
    ports.answer = () => answerOf({ scheduled: 4 });
    const scaler = new Scaler(ports);
    await scaler.minutes(2);
    expect(ports.lines).toHaveLength(1);
  });

  test("that cannot be written is an error in the log, and written by the next invocation", async () => {
    ports.answer = () => answerOf({ scheduled: 4 });
    ports.memory.saving = new Error("AccessDenied");
    const scaler = new Scaler(ports);
    expect(await scaler.minutes(1)).toEqual([]);
    expect(ports.lines).toMatchObject([
      { level: "error", stage: "memory", message: "the memory cannot be written: AccessDenied" },
    ]);
    ports.memory.saving = undefined;
    await scaler.minutes(1);
    expect(ports.memory.saved).toHaveLength(1);
  });

  test("of more groups than it holds is not written again and again", async () => {
    const targets = Array.from({ length: 100 }, (_, index) => ({
      queue: "default",
      group: `a-rather-long-name-${String(index)}`,
    }));
    ports.answer = () => answerOf({ scheduled: 1 });
    await new Scaler(ports, serving(targets)).minutes(5);
    expect(ports.memory.saved.length).toBe(1);
  });
});

describe("the scaling activities", () => {
  test("are read at a cold start, within the limits of the settings", async () => {
    const settings = {
      ASG_ACTIVITY_TIMEOUT: "7s",
      MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: "3",
      DISABLE_SCALE_IN: "true",
    };
    const scaler = new Scaler(ports, { ...COOLDOWNS, ...settings });
    await scaler.minutes(3);
    const search = { wantOut: true, wantIn: false, maxPages: 3, since: expect.any(Number) as number };
    expect(ports.searches).toEqual([{ group: "ci-asg", search, timeoutSeconds: 7 }]);
    scaler.coldStart();
    await scaler.minutes(1);
    expect(ports.searches).toHaveLength(2);
  });

  test("are not read where there is no cooldown", async () => {
    await new Scaler(ports).minutes(1);
    expect(ports.searches).toEqual([]);
  });

  test("are read only for groups that are not in the memory", async () => {
    ports.memory.text = kept(null, START - 100);
    const targets = ["ci-asg", "new-asg"].map((group) => ({ queue: "default", group }));
    await new Scaler(ports, { ...COOLDOWNS, ...serving(targets) }).minutes(1);
    expect(ports.searches.map(({ group }) => group)).toEqual(["new-asg"]);
  });

  test("start the cooldowns", async () => {
    ports.history = () => ({ lastScaleOut: START - 280, lastScaleIn: null });
    ports.answer = () => answerOf({ scheduled: 4 });
    await new Scaler(ports, COOLDOWNS).invoke();
    expect(reasons().slice(0, 3)).toEqual(["scale-out cooldown", "scale-out cooldown", "jobs"]);
  });

  describe("that cannot be read", () => {
    beforeEach(() => {
      ports.history = fail("Throttling");
      ports.groupStates.set("ci-asg", groupOf({ desired: 4 }));
    });

    test("the error is logged", async () => {
      expect(await new Scaler(ports, COOLDOWNS).minutes(1)).toEqual([]);
      expect(ports.lines).toMatchObject([
        {
          level: "error",
          message: "the last changes of the group's size cannot be read: Throttling",
          stage: "history",
          queue: "default",
          group: "ci-asg",
        },
      ]);
    });

    test("scaling in waits for one cooldown", async () => {
      const scaler = new Scaler(ports, COOLDOWNS);
      await scaler.minutes(60);
      expect(writes()).toEqual([]);
      await scaler.minutes(1);
      expect(writes()).toEqual([0]);
    });

    test("scaling out does not wait", async () => {
      ports.answer = () => answerOf({ scheduled: 9 });
      await new Scaler(ports, COOLDOWNS).invoke();
      expect([writes(), ports.asked[0]?.at]).toEqual([[9], START]);
    });
  });
});
