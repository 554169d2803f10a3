import type { Target } from "../../../lambda/agent-scaler/state/target";
import { poll, type PollResult } from "../../../lambda/agent-scaler/poll";
import { fail, FakePorts, groupOf } from "../../harness/scaler/fake-ports";
import type { Settings } from "../../../lambda/agent-scaler/decision/model";

const ELASTIC: Partial<Settings> = { elasticCIMode: true, scaleInCooldownSeconds: 3600 };
/** Until instances have answered a survey. */
const SURVEY_SECONDS = 5;

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

async function pollOne(target: Target): Promise<PollResult> {
  const [result] = await poll([target], ports);
  return result!;
}

/** A poll that sends a survey, and one that reads its results. */
async function pollTwice(target: Target): Promise<PollResult> {
  await pollOne(target);
  ports.time += SURVEY_SECONDS;
  return pollOne(target);
}

const shown = ({ failures }: PollResult) => failures.map(({ stage, error }) => `${stage}: ${(error as Error).message}`);
const reasonOf = ({ evaluation }: PollResult) => evaluation?.decision.reason;

const idle = (options: Partial<Settings> = {}, jobs = 0) =>
  ports.target(jobs, { desired: 3 }, { ...ELASTIC, ...options });

const lookups = [
  { name: "a group that is to lose instances", target: () => idle(), searches: 1 },
  { name: "a group that is to grow", target: () => idle({}, 9), searches: 0 },
  { name: "a group that is right as it is", target: () => idle({}, 3), searches: 0 },
  { name: "a group without cooldown", target: () => idle({ scaleInCooldownSeconds: 0 }), searches: 0 },
  { name: "a group whose scale-in is off", target: () => idle({ disableScaleIn: true }), searches: 0 },
  { name: "a group outside Elastic CI mode", target: () => idle({ elasticCIMode: false }), searches: 0 },
];

test.each(lookups)("the activities of $name are read $searches times", async ({ target, searches }) => {
  await pollOne(target());
  expect(ports.searches).toHaveLength(searches);
  for (const { search } of ports.searches) expect(search).toMatchObject({ wantOut: false, wantIn: true, maxPages: -1 });
});

test("reading the activities takes no longer than the time that an invocation reserves for its last poll", async () => {
  await pollOne(idle());
  expect(ports.searches[0]?.timeoutSeconds).toBeLessThan(15);
});

test("idle instances are stopped, and the size is left to them", async () => {
  const result = await pollTwice(idle());
  expect(result.stopSent).toHaveLength(3);
  expect(ports.written).toEqual([]);
});

test("where the activities cannot be read no instance is stopped, and the error is logged", async () => {
  ports.history = fail("Throttling");
  const target = idle();
  const result = await pollTwice(target);
  expect([result.stopSent, reasonOf(result)]).toEqual([[], "scale-in activity unknown"]);
  expect(shown(result).join()).toContain("Throttling");
  expect(target.memory.lastScaleIn).toBeNull();
});

test("a scale-in that only the scaling activities show starts a cooldown", async () => {
  ports.history = () => ({ lastScaleOut: null, lastScaleIn: ports.time - 3000 });
  const result = await pollTwice(idle());
  expect([result.stopSent, reasonOf(result)]).toEqual([[], "scale-in cooldown"]);
});

test("the cooldown starts when the stop script is sent, not when it is decided", async () => {
  const target = idle();
  await pollOne(target);
  expect(target.memory.lastScaleIn).toBeNull();
  ports.time += SURVEY_SECONDS;
  await pollOne(target);
  expect(target.memory.lastScaleIn).toBe(ports.time);
});

const undispatched = [
  {
    name: "every instance has got a job",
    act: () => ports.instances.instances.forEach((instance) => (instance.jobs = 1)),
  },
  {
    name: "no instance can be reached",
    act: () => [...ports.instances.instances.keys()].forEach((id) => ports.instances.offline.add(id)),
  },
  { name: "Systems Manager refuses the order", act: () => void ports.instances.failing.add("stop") },
];

test.each(undispatched)("where $name, no cooldown starts", async ({ act }) => {
  const target = idle();
  act();
  expect((await pollTwice(target)).stopSent).toEqual([]);
  expect(target.memory.lastScaleIn).toBeNull();
});

test("a failure with instances never prevents scaling, and is logged", async () => {
  const target = ports.target(9, { desired: 3 }, ELASTIC);
  target.boots = {
    ...target.boots,
    hasObserved: true,
    firstSeen: new Map(groupOf({ desired: 3 }).instances.map(({ id }) => [id, 0])),
  };
  ports.instances.failing.add("survey");
  const result = await pollOne(target);
  expect(result.written).toBe(9);
  expect(shown(result).join()).toMatch(/^elastic: .*Rate exceeded/);
  expect(target.memory.lastScaleOut).toBe(ports.time);
});

test("a group that is too large only at the second read loses no instance before its activities were read", async () => {
  ports.history = () => ({ lastScaleOut: null, lastScaleIn: ports.time - 10 });
  const target = ports.target(5, { desired: 3 }, ELASTIC);
  ports.beforeDescribe = (call) => {
    if (call % 2 === 0) ports.groupStates.set("ci-asg", groupOf({ desired: 9, inService: 3 }));
    else ports.groupStates.set("ci-asg", groupOf({ desired: 3 }));
  };
  const result = await pollTwice(target);
  expect([result.stopSent, ports.instances.ids("stop")]).toEqual([[], []]);
});
