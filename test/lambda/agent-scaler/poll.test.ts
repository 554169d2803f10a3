import type { Target } from "../../../lambda/agent-scaler/state/target";
import { poll, type PollResult } from "../../../lambda/agent-scaler/poll";
import { answerOf, fail, FakePorts, type GroupOptions, groupOf } from "../../harness/scaler/fake-ports";

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

async function pollOne(target: Target): Promise<PollResult> {
  const [result] = await poll([target], ports);
  return result!;
}

const shown = ({ failures }: PollResult) => failures.map(({ stage, error }) => `${stage}: ${(error as Error).message}`);
const reasonOf = ({ evaluation }: PollResult) => evaluation?.decision.reason;

describe("what is written", () => {
  test("the size that the jobs need, once", async () => {
    const result = await pollOne(ports.target(5, { desired: 1 }));
    expect(ports.written).toEqual([{ group: "ci-asg", desired: 5 }]);
    expect(result.written).toBe(5);
  });

  test("nothing where the size is right already, and the group is read once only", async () => {
    const result = await pollOne(ports.target(3, { desired: 3 }));
    expect([ports.written, result.written, reasonOf(result)]).toEqual([[], undefined, "enough"]);
    expect(ports.described).toHaveLength(1);
  });

  const changes: { name: string; jobs: number; before: GroupOptions; after: GroupOptions; written: number[] }[] = [
    { name: "somebody has raised it enough", jobs: 5, before: { desired: 1 }, after: { desired: 5 }, written: [] },
    {
      name: "somebody has raised it, not enough",
      jobs: 5,
      before: { desired: 1 },
      after: { desired: 2 },
      written: [5],
    },
    { name: "an instance has left", jobs: 6, before: { desired: 5 }, after: { desired: 4 }, written: [6] },
    { name: "somebody has lowered it enough", jobs: 1, before: { desired: 5 }, after: { desired: 1 }, written: [] },
    {
      name: "its maximum has become less",
      jobs: 9,
      before: { desired: 1 },
      after: { desired: 1, max: 3 },
      written: [3],
    },
    {
      name: "its minimum has become more",
      jobs: 1,
      before: { desired: 5 },
      after: { desired: 5, min: 4 },
      written: [4],
    },
    {
      name: "its maximum leaves no room any more",
      jobs: 9,
      before: { desired: 3 },
      after: { desired: 3, max: 3 },
      written: [],
    },
  ];

  test.each(changes)("$name between the two reads: that is respected", async ({ jobs, before, after, written }) => {
    const target = ports.target(jobs, before);
    ports.beforeDescribe = (call) => {
      if (call === 2) ports.groupStates.set("ci-asg", groupOf({ ...after, inService: before.desired }));
    };
    const result = await pollOne(target);
    expect(ports.written.map(({ desired }) => desired)).toEqual(written);
    expect(result.evaluation?.observation.asg.desired).toBe(after.desired);
    expect(target.memory.lastScaleOut !== null || target.memory.lastScaleIn !== null).toBe(written.length > 0);
  });

  const unread = [
    { name: "fails", act: fail("Throttling"), says: "describe: Throttling" },
    {
      name: "finds no group",
      act: () => void ports.groupStates.delete("ci-asg"),
      says: 'describe: Auto Scaling group "ci-asg": it does not exist in this account and region; check ASG_NAME',
    },
  ];

  test.each(unread)("nothing where the second read $name, and no cooldown starts", async ({ act, says }) => {
    const target = ports.target(5, { desired: 1 });
    ports.beforeDescribe = (call) => {
      if (call === 2) act();
    };
    const result = await pollOne(target);
    expect(shown(result)).toEqual([says]);
    expect([ports.written, result.written, target.memory.lastScaleOut]).toEqual([[], undefined, null]);
  });

  test("a refused write starts no cooldown, and the next poll tries again", async () => {
    const target = ports.target(5, { desired: 1 }, { scaleOutCooldownSeconds: 300 });
    ports.beforeWrite = fail("ScalingActivityInProgress");
    expect(shown(await pollOne(target))).toEqual(["set desired: ScalingActivityInProgress"]);
    expect(target.memory.lastScaleOut).toBeNull();
    ports.beforeWrite = () => undefined;
    expect((await pollOne(target)).written).toBe(5);
    expect(target.memory).toMatchObject({ lastScaleOut: ports.time, raised: { need: 5, desired: 5 } });
  });
});

describe("many targets", () => {
  test("all groups are read in one call", async () => {
    const targets = ["a", "b", "c"].map((name) => ports.target(1, { desired: 1 }, {}, name));
    await poll(targets, ports);
    expect(ports.described).toEqual([["a", "b", "c"]]);
  });

  test("a queue that two groups serve is asked once", async () => {
    const [a, b] = ["a", "b"].map((group) => ({ ...ports.target(4, { desired: 1 }, {}, group), queue: "shared" }));
    ports.answer = () => answerOf({ scheduled: 4 });
    const results = await poll([a!, b!], ports);
    expect(ports.asked).toEqual([{ queue: "shared", at: ports.time }]);
    expect(results.map(({ written }) => written)).toEqual([4, 4]);
  });

  const failures = [
    { name: "its queue fails", break: () => breakQueue("bad"), says: "metrics: 500" },
    {
      name: "its group does not exist",
      break: () => void ports.groupStates.delete("bad"),
      says: 'describe: Auto Scaling group "bad": it does not exist in this account and region; check ASG_NAME',
    },
    {
      name: "AWS's answer about its group has holes",
      break: () => void ports.groupStates.set("bad", undefined),
      says: 'describe: Auto Scaling group "bad": AWS told neither its size nor its limits',
    },
    {
      name: "its size cannot be set",
      break: () => (ports.beforeWrite = ({ group }) => (group === "bad" ? fail("AccessDenied")() : undefined)),
      says: "set desired: AccessDenied",
    },
    {
      name: "its group cannot be read again",
      break: () =>
        (ports.beforeDescribe = () => (ports.described.at(-1)?.join() === "bad" ? fail("Throttling")() : undefined)),
      says: "describe: Throttling",
    },
  ];

  function breakQueue(bad: string): void {
    const { answer } = ports;
    ports.answer = (queue) => (queue === bad ? fail("500")() : answer(queue));
  }

  test.each(failures)("one target fails because $name: the others are scaled", async ({ break: breakIt, says }) => {
    const targets = ["first", "bad", "last"].map((name) => ports.target(4, { desired: 1 }, {}, name));
    breakIt();
    const results = await poll(targets, ports);
    expect(results.map(shown)).toEqual([[], [says], []]);
    expect(results.map(({ written }) => written)).toEqual([4, undefined, 4]);
    expect(results.map(({ target }) => target.memory.lastScaleOut)).toEqual([ports.time, null, ports.time]);
  });

  test("a queue and a group that both fail are both reported", async () => {
    const target = ports.target(4, { desired: 1 });
    breakQueue("ci-asg");
    ports.beforeDescribe = fail("Throttling");
    expect(shown(await pollOne(target))).toEqual(["metrics: 500", "describe: Throttling"]);
  });

  test("where only the group cannot be read, Buildkite's response is still in the result", async () => {
    const target = ports.target(4, { desired: 1 });
    ports.answer = () => answerOf({ scheduled: 4, pollDuration: "30" });
    ports.beforeDescribe = fail("Throttling");
    expect((await pollOne(target)).response).toMatchObject({ organization: "acme", pollDuration: "30" });
  });
});
