import { COMPLETE_ENVIRONMENT } from "../../harness/scaler/environment";
import { inService } from "../../harness/fake-auto-scaling";
import type { PlannedInvocation } from "../../harness/scaler/scaler-process";
import { ScalerBundle, type ScalerRun } from "../../harness/scaler/scaler-process";
import { GROUP, NEEDED, QUEUE, ScalerScene } from "../../harness/scaler/scaler-scene";

const HOUR_MS = 3_600_000;
/** Several polls per invocation, also where the computer is busy. */
const LOOP = { LAMBDA_INTERVAL: "300ms", LAMBDA_TIMEOUT: "3s" };
/** Several polls also where the first one is slow. */
const LONG_LOOP = { ...LOOP, LAMBDA_TIMEOUT: "9s" };
/** They run at the same time, so each of them takes longer than it would alone. */
const PATIENCE_MS = 300_000;

let bundle: ScalerBundle;
beforeAll(() => {
  bundle = ScalerBundle.build();
}, PATIENCE_MS);
afterAll(() => bundle.remove());

/** Runs at the same time as the others: most of the time is spent in waiting. */
function scenario(name: string, play: (scene: ScalerScene) => Promise<void>): void {
  test.concurrent(
    name,
    async () => {
      const scene = await ScalerScene.start();
      await play(scene).finally(() => scene.stop());
    },
    PATIENCE_MS,
  );
}

const errorsOf = ({ lines }: ScalerRun) => lines.filter(({ level }) => level === "error");
const pollsOf = ({ lines }: ScalerRun) => lines.filter(({ message }) => message === "poll");

scenario("one failed poll of several is told and does not fail the invocation", async (scene) => {
  scene.buildkite.faults.add(QUEUE, { status: 500 }, { times: 1 });
  const run = await scene.run(bundle, { environment: LONG_LOOP });
  expect(run.invocations).toEqual([{ result: null }]);
  expect(errorsOf(run)).toMatchObject([{ stage: "metrics", queue: QUEUE, group: GROUP }]);
  expect(pollsOf(run).length).toBeGreaterThan(1);
  expect(scene.written()).toEqual([NEEDED]);
});

scenario("an invocation in which every poll failed fails once, and tells each reason once", async (scene) => {
  await scene.buildkite.stop();
  const run = await scene.run(bundle, { environment: LONG_LOOP });
  expect(run.invocations).toEqual([
    { error: expect.stringMatching(/^every poll failed: [\d.:]+ cannot be reached: ECONNREFUSED$/) },
  ]);
  expect(errorsOf(run).length).toBeGreaterThan(1);
});

scenario("metrics carry a whole millisecond, which is all that CloudWatch takes", async (scene) => {
  const run = await scene.run(bundle, { environment: { ...LOOP, CLOUDWATCH_METRICS: "true" } });
  const embedded = pollsOf(run).map(({ _aws }) => _aws as { readonly Timestamp: number });
  expect(embedded.length).toBeGreaterThan(1);
  expect(embedded.filter(({ Timestamp }) => !Number.isInteger(Timestamp))).toEqual([]);
});

scenario("polls that fail at Buildkite become rarer", async (scene) => {
  scene.buildkite.faults.add(QUEUE, { status: 500 });
  await scene.run(bundle, { environment: LONG_LOOP });
  const pauses = pausesOf(scene);
  // At the pace of polls that succeed it would be thirty.
  expect(pauses.length).toBeLessThan(10);
  expect(pauses.at(-1)).toBeGreaterThan(200);
});

function pausesOf({ buildkite }: ScalerScene): number[] {
  const times = buildkite.requests.map(({ time }) => time);
  return times.slice(1).map((time, index) => time - times[index]!);
}

const limits = [
  { name: "in seconds", header: () => "2" },
  { name: "as a date", header: () => new Date(Date.now() + 60_000).toUTCString() },
];

for (const { name, header } of limits) {
  scenario(`Retry-After ${name} is waited for, in this invocation and in the next one`, async (scene) => {
    const headers = { "Retry-After": header() };
    scene.buildkite.faults.add(QUEUE, { status: 429, headers }, { times: 1 });
    const environment = { ...LOOP, LAMBDA_TIMEOUT: "400ms" };
    const run = await scene.run(bundle, { environment, invocations: [{}, {}, { clockAheadMs: 120_000 }] });
    expect(errorsOf(run)).toMatchObject([{ stage: "metrics", kind: "HTTP 429" }]);
    expect(run.invocations.slice(1)).toEqual([{ result: null }, { result: null }]);
    const [first, second] = pollsOf(run).map(({ time }) => Date.parse(String(time)));
    expect(second! - first!).toBeGreaterThan(2_000);
    expect(scene.written()).toEqual([NEEDED]);
  });
}

const absurd = [
  { name: "a poll-duration header of a million years", poll: "99999999999999", fault: undefined },
  { name: "a Retry-After of a year", poll: undefined, fault: { status: 429, headers: { "Retry-After": "31536000" } } },
];

for (const { name, poll, fault } of absurd) {
  scenario(`${name} is not obeyed for longer than an hour`, async (scene) => {
    scene.buildkite.pollDuration = poll;
    if (fault) scene.buildkite.faults.add(QUEUE, fault, { times: 1 });
    await scene.run(bundle, { invocations: [{}, { clockAheadMs: HOUR_MS }] });
    expect(scene.buildkite.requests).toHaveLength(2);
  });
}

const jumps: readonly { name: string; invocations: readonly PlannedInvocation[] }[] = [
  { name: "forward while polls run", invocations: [{ jump: { afterMs: 300, byMs: HOUR_MS } }, {}] },
  { name: "back while polls run", invocations: [{ jump: { afterMs: 300, byMs: -HOUR_MS } }, {}] },
  { name: "forward between two invocations", invocations: [{}, { clockAheadMs: HOUR_MS }] },
  { name: "back between two invocations", invocations: [{}, { clockAheadMs: -HOUR_MS }] },
];

for (const { name, invocations } of jumps) {
  scenario(`a clock that jumps ${name} neither stops nor prolongs the loop`, async (scene) => {
    const environment = { ...LOOP, SCALE_OUT_COOLDOWN_PERIOD: "300s" };
    const run = await scene.run(bundle, { environment, invocations });
    expect(run).toMatchObject({ code: 0, invocations: [{ result: null }, { result: null }] });
    expect(scene.written()).toEqual([NEEDED]);
  });
}

scenario("a pause that Buildkite asked for ends although the clock was set back", async (scene) => {
  scene.buildkite.pollDuration = "30";
  await scene.run(bundle, { invocations: [{}, { clockAheadMs: -HOUR_MS }, { clockAheadMs: 120_000 }] });
  expect(scene.buildkite.requests.length).toBeGreaterThan(1);
});

scenario("the loop counts from the time for which the invocation was scheduled", async (scene) => {
  const event = { time: new Date(Date.now() - 44_000).toISOString() };
  const environment = { ...LOOP, LAMBDA_TIMEOUT: "46s" };
  const run = await scene.run(bundle, { environment, invocations: [{ event }], limitMs: 40_000 });
  expect(run).toMatchObject({ code: 0, invocations: [{ result: null }] });
});

scenario("the loop ends well before Lambda ends the function", async (scene) => {
  const environment = { ...LOOP, LAMBDA_TIMEOUT: "-1s" };
  const run = await scene.run(bundle, { environment, remainingMs: 19_000, limitMs: 17_000 });
  expect(run).toMatchObject({ code: 0, invocations: [{ result: null }] });
  expect(pollsOf(run).length).toBeGreaterThan(1);
});

scenario("the function runs with the environment that the stack sets", async (scene) => {
  const { BUILDKITE_AGENT_ENDPOINT: endpoint = "" } = scene.environment;
  const environment = { ...COMPLETE_ENVIRONMENT, BUILDKITE_AGENT_ENDPOINT: endpoint, LAMBDA_TIMEOUT: "0s" };
  scene.buildkite.queue(COMPLETE_ENVIRONMENT.BUILDKITE_QUEUE, { scheduled: 6 });
  const run = await scene.run(bundle, { environment });
  expect(run).toMatchObject({ code: 0, stderr: "", invocations: [{ result: null }] });
  expect(errorsOf(run)).toEqual([]);
  expect(scene.written()).toHaveLength(1);
});

scenario("every variable that is wrong is told, at every invocation", async (scene) => {
  const environment = { LAMBDA_TIMEOUT: "50", AGENTS_PER_INSTANCE: "", SCALE_OUT_FACTOR: "NaN" };
  const run = await scene.run(bundle, { environment, invocations: [{}, {}] });
  expect(run.invocations[0]?.error).toMatch(/^wrong environment: .*AGENTS_PER_INSTANCE.*LAMBDA_TIMEOUT/);
  expect(run.invocations[0]?.error).toContain("SCALE_OUT_FACTOR must be a number");
  expect(run.invocations[1]).toEqual(run.invocations[0]);
  expect(scene.aws.actions).toEqual([]);
});

scenario("two invocations at the same time leave the group at what is needed", async (scene) => {
  const environment = { ...LONG_LOOP, DISABLE_SCALE_IN: "true" };
  const both = Promise.all([scene.run(bundle, { environment }), scene.run(bundle, { environment })]);
  setTimeout(() => scene.buildkite.queue(QUEUE, { scheduled: 6 }), 3_000);
  for (const { invocations, code } of await both) expect({ invocations, code }).toEqual(ended);
  expect(scene.aws.autoScaling.groups.get(GROUP)?.desiredCapacity).toBe(6);
  const sizes = scene.written();
  expect([...sizes].sort()).toEqual(sizes);
  expect(sizes.filter((size) => ![NEEDED, 6].includes(size))).toEqual([]);
});
const ended = { invocations: [{ result: null }], code: 0 };

scenario("two invocations at the same time never lower a group below its need", async (scene) => {
  scene.aws.autoScaling.add(GROUP, inService(8), { minSize: 0 });
  const both = Promise.all([scene.run(bundle, { environment: LOOP }), scene.run(bundle, { environment: LOOP })]);
  for (const { invocations, code } of await both) expect({ invocations, code }).toEqual(ended);
  expect([...new Set(scene.written())]).toEqual([NEEDED]);
});

const TARGETS = {
  BUILDKITE_QUEUE: "",
  ASG_NAME: "",
  QUEUE_GROUPS: JSON.stringify([
    { queue: "default", group: "ci-asg" },
    { queue: "deploy", group: "deploy-asg" },
    { queue: "gpu", group: "gpu-asg", agentsPerInstance: 3 },
  ]),
};

const failing: readonly { name: string; stage: string; arrange: (scene: ScalerScene) => void }[] = [
  { name: "queue", stage: "metrics", arrange: ({ buildkite }) => buildkite.faults.add("deploy", { status: 500 }) },
  {
    name: "slow queue",
    stage: "metrics",
    arrange: ({ buildkite }) => buildkite.faults.add("deploy", { delivery: "hung" }),
  },
  { name: "missing group", stage: "describe", arrange: ({ aws }) => aws.autoScaling.groups.delete("deploy-asg") },
];

for (const { name, stage, arrange } of failing) {
  scenario(`of many targets, one with a ${name} does not touch the others`, async (scene) => {
    const { aws, buildkite } = scene;
    for (const group of ["deploy-asg", "gpu-asg"]) aws.autoScaling.add(group, inService(1), { minSize: 0 });
    for (const queue of ["deploy", "gpu"]) buildkite.queue(queue, { scheduled: 6 });
    arrange(scene);
    const run = await scene.run(bundle, { environment: TARGETS });
    expect(run).toMatchObject({ code: 0, invocations: [{ result: null }] });
    expect(errorsOf(run)).toMatchObject([{ stage, queue: "deploy", group: "deploy-asg" }]);
    expect([scene.written(), scene.written("deploy-asg"), scene.written("gpu-asg")]).toEqual([[NEEDED], [], [2]]);
  });
}
