import { type Target, poll, type PollResult } from "../../../lambda/agent-scaler/poll";
import { answerOf, fail, FakeSurroundings, type GroupOptions, groupOf } from "../../harness/scaler/fake-ports";

let around: FakeSurroundings;

beforeEach(() => {
  around = new FakeSurroundings();
});

async function pollOne(target: Target): Promise<PollResult> {
  const [result] = await poll([target], around);
  return result!;
}

const shown = ({ failures }: PollResult) => failures.map(({ stage, error }) => `${stage}: ${(error as Error).message}`);
const reasonOf = ({ judgement }: PollResult) => judgement?.decision.reason;

describe("what is written", () => {
  test("the size that the jobs need, once", async () => {
    const result = await pollOne(around.target(5, { desired: 1 }));
    expect(around.written).toEqual([{ group: "ci-asg", desired: 5 }]);
    expect(result.written).toBe(5);
  });

  test("nothing where the size is right already, and the group is read once only", async () => {
    const result = await pollOne(around.target(3, { desired: 3 }));
    expect([around.written, result.written, reasonOf(result)]).toEqual([[], undefined, "enough"]);
    expect(around.described).toHaveLength(1);
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
    { name: "a host has left", jobs: 6, before: { desired: 5 }, after: { desired: 4 }, written: [6] },
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
    const target = around.target(jobs, before);
    around.beforeDescribe = (call) => {
      if (call === 2) around.groupStates.set("ci-asg", groupOf({ ...after, inService: before.desired }));
    };
    const result = await pollOne(target);
    expect(around.written.map(({ desired }) => desired)).toEqual(written);
    expect(result.judgement?.observation.asg.desired).toBe(after.desired);
    expect(target.memory.lastScaleOut !== null || target.memory.lastScaleIn !== null).toBe(written.length > 0);
  });

  const unread = [
    { name: "fails", act: fail("Throttling"), says: "describe: Throttling" },
    {
      name: "finds no group",
      act: () => void around.groupStates.delete("ci-asg"),
      says: 'describe: Auto Scaling group "ci-asg": it does not exist in this account and region; check ASG_NAME',
    },
  ];

  test.each(unread)("nothing where the second read $name, and no cooldown starts", async ({ act, says }) => {
    const target = around.target(5, { desired: 1 });
    around.beforeDescribe = (call) => {
      if (call === 2) act();
    };
    const result = await pollOne(target);
    expect(shown(result)).toEqual([says]);
    expect([around.written, result.written, target.memory.lastScaleOut]).toEqual([[], undefined, null]);
  });

  test("a refused write starts no cooldown, and the next poll tries again", async () => {
    const target = around.target(5, { desired: 1 }, { scaleOutCooldownSeconds: 300 });
    around.beforeWrite = fail("ScalingActivityInProgress");
    expect(shown(await pollOne(target))).toEqual(["set desired: ScalingActivityInProgress"]);
    expect(target.memory.lastScaleOut).toBeNull();
    around.beforeWrite = () => undefined;
    expect((await pollOne(target)).written).toBe(5);
    expect(target.memory).toMatchObject({ lastScaleOut: around.time, raised: { need: 5, desired: 5 } });
  });
});

describe("many targets", () => {
  test("all groups are read in one call", async () => {
    const targets = ["a", "b", "c"].map((name) => around.target(1, { desired: 1 }, {}, name));
    await poll(targets, around);
    expect(around.described).toEqual([["a", "b", "c"]]);
  });

  test("a queue that two groups serve is asked once", async () => {
    const [a, b] = ["a", "b"].map((group) => ({ ...around.target(4, { desired: 1 }, {}, group), queue: "shared" }));
    around.answer = () => answerOf({ scheduled: 4 });
    const results = await poll([a!, b!], around);
    expect(around.asked).toEqual([{ queue: "shared", at: around.time }]);
    expect(results.map(({ written }) => written)).toEqual([4, 4]);
  });

  const failures = [
    { name: "its queue fails", break: () => breakQueue("bad"), says: "metrics: 500" },
    {
      name: "its group does not exist",
      break: () => void around.groupStates.delete("bad"),
      says: 'describe: Auto Scaling group "bad": it does not exist in this account and region; check ASG_NAME',
    },
    {
      name: "AWS's answer about its group has holes",
      break: () => void around.groupStates.set("bad", undefined),
      says: 'describe: Auto Scaling group "bad": AWS told neither its size nor its limits',
    },
    {
      name: "its size cannot be set",
      break: () => (around.beforeWrite = ({ group }) => (group === "bad" ? fail("AccessDenied")() : undefined)),
      says: "set desired: AccessDenied",
    },
    {
      name: "its group cannot be read again",
      break: () =>
        (around.beforeDescribe = () => (around.described.at(-1)?.join() === "bad" ? fail("Throttling")() : undefined)),
      says: "describe: Throttling",
    },
  ];

  function breakQueue(bad: string): void {
    const { answer } = around;
    around.answer = (queue) => (queue === bad ? fail("500")() : answer(queue));
  }

  test.each(failures)("one target fails because $name: the others are scaled", async ({ break: breakIt, says }) => {
    const targets = ["first", "bad", "last"].map((name) => around.target(4, { desired: 1 }, {}, name));
    breakIt();
    const results = await poll(targets, around);
    expect(results.map(shown)).toEqual([[], [says], []]);
    expect(results.map(({ written }) => written)).toEqual([4, undefined, 4]);
    expect(results.map(({ target }) => target.memory.lastScaleOut)).toEqual([around.time, null, around.time]);
  });

  test("a queue and a group that both fail are both told", async () => {
    const target = around.target(4, { desired: 1 });
    breakQueue("ci-asg");
    around.beforeDescribe = fail("Throttling");
    expect(shown(await pollOne(target))).toEqual(["metrics: 500", "describe: Throttling"]);
  });

  test("where only the group cannot be read, Buildkite's answer still counts", async () => {
    const target = around.target(4, { desired: 1 });
    around.answer = () => answerOf({ scheduled: 4, pollDuration: "30" });
    around.beforeDescribe = fail("Throttling");
    expect((await pollOne(target)).answer).toMatchObject({ organization: "acme", pollDuration: "30" });
  });
});
