import { decide } from "../../../lambda/agent-scaler/decision/decide";
import { evaluate } from "../../../lambda/agent-scaler/decision/evaluate";
import { newTarget } from "../../../lambda/agent-scaler/state/target";
import { poll, type PollResult } from "../../../lambda/agent-scaler/poll";
import { pollRecord } from "../../../lambda/agent-scaler/record";
import { answerOf, fail, FakePorts, groupOf, SETTINGS, START } from "../../harness/scaler/fake-ports";
import { RandomNumbers } from "../../harness/random-numbers";
import { vectors } from "./decision/vectors";
import type { Observation } from "../../../lambda/agent-scaler/decision/model";

/** As a clock of high resolution returns them. */
const TIMES = { startedAt: START * 1000 + 0.125, endedAt: START * 1000 + 250.375 };
const ANSWER = answerOf({ scheduled: 4, running: 2, waiting: 1, agentsTotal: 3, agentsIdle: 1, agentsBusy: 2 });

/** As CloudWatch reads the line. */
const written = (result: PollResult, organization = "acme", publish = true): any =>
  JSON.parse(JSON.stringify(pollRecord(result, TIMES, organization, publish)));

async function pollOnce(change: (ports: FakePorts) => void = () => undefined): Promise<PollResult> {
  const ports = new FakePorts();
  ports.answer = () => ANSWER;
  ports.groupStates.set("ci-asg", groupOf({ desired: 4, inService: 2, pending: 1 }));
  change(ports);
  const target = newTarget("default", "ci-asg", SETTINGS, 5);
  target.boots = { ...target.boots, bootSeconds: 95 };
  const [result] = await poll([target], ports);
  return result!;
}

describe("the metrics", () => {
  /** As Buildkite's scaler and its sister tool name them, and this scaler's own. */
  const metrics = [
    { name: "ScheduledJobsCount", unit: "Count", value: 4 },
    { name: "RunningJobsCount", unit: "Count", value: 2 },
    { name: "WaitingJobsCount", unit: "Count", value: 1 },
    { name: "StuckJobsCount", unit: "Count", value: 0 },
    { name: "IdleAgentCount", unit: "Count", value: 1 },
    { name: "BusyAgentCount", unit: "Count", value: 2 },
    { name: "TotalAgentCount", unit: "Count", value: 3 },
    { name: "DesiredInstances", unit: "Count", value: 6 },
    { name: "InServiceInstances", unit: "Count", value: 2 },
    { name: "PendingInstances", unit: "Count", value: 1 },
    { name: "TargetInstances", unit: "Count", value: 6 },
    { name: "ScaleOutCount", unit: "Count", value: 1 },
    { name: "ScaleInCount", unit: "Count", value: 0 },
    { name: "BootSeconds", unit: "Seconds", value: 95 },
    { name: "PollErrors", unit: "Count", value: 0 },
    { name: "PollDurationMs", unit: "Milliseconds", value: 250 },
  ];

  test.each(metrics)("$name is there, in $unit", async ({ name, unit, value }) => {
    const line = written(await pollOnce());
    expect(line[name]).toBe(value);
    expect(line._aws.CloudWatchMetrics[0].Metrics).toContainEqual({ Name: name, Unit: unit });
  });

  test("there are no others", async () => {
    const { Metrics } = written(await pollOnce())._aws.CloudWatchMetrics[0];
    expect(Metrics.map((metric: { Name: string }) => metric.Name).sort()).toEqual(
      metrics.map(({ name }) => name).sort(),
    );
  });

  test("are Buildkite's, by organization and queue", async () => {
    const line = written(await pollOnce());
    expect(line).toMatchObject({ Org: "acme", Queue: "default" });
    const [{ Namespace, Dimensions }] = line._aws.CloudWatchMetrics;
    expect([Namespace, Dimensions]).toEqual(["Buildkite", [["Org", "Queue"]]]);
  });

  test("unknown values are left out", async () => {
    const line = written(await pollOnce((ports) => (ports.answer = () => answerOf({ scheduled: 4 }))));
    expect(line).not.toHaveProperty("IdleAgentCount");
    expect(line._aws.CloudWatchMetrics[0].Metrics).not.toContainEqual({ Name: "IdleAgentCount", Unit: "Count" });
  });

  const failures = [
    { name: "Buildkite", change: (ports: FakePorts) => (ports.answer = fail("failure")), jobs: undefined },
    { name: "the group", change: (ports: FakePorts) => (ports.beforeDescribe = fail("failure")), jobs: 4 },
    { name: "the write", change: (ports: FakePorts) => (ports.beforeWrite = fail("failure")), jobs: 4 },
  ];

  test.each(failures)(
    "of a poll in which $name fails count the error, and tell what is known",
    async ({ change, jobs }) => {
      const line = written(await pollOnce(change));
      expect(line).toMatchObject({ PollErrors: 1, PollDurationMs: 250 });
      expect(line["ScheduledJobsCount"]).toBe(jobs);
      expect(line["ScaleOutCount"] ?? 0).toBe(0);
    },
  );

  test.each([
    { name: "switched off", organization: "acme", publish: false },
    { name: "without an organization, which CloudWatch would refuse", organization: "", publish: true },
  ])("$name: there are none, and the record is", async ({ organization, publish }) => {
    const line = written(await pollOnce(), organization, publish);
    expect(line).toMatchObject({ message: "poll", Queue: "default", decision: { action: "scale_out" } });
    for (const name of ["_aws", ...metrics.map((metric) => metric.name)]) expect(line).not.toHaveProperty(name);
  });
});

/** The rules of CloudWatch's embedded metric format. */
function breaches(line: any): string[] {
  const { Timestamp, CloudWatchMetrics } = line._aws;
  const found: string[] = [];
  if (!Number.isInteger(Timestamp)) found.push(`Timestamp is ${String(Timestamp)}`);
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    if (typeof Namespace !== "string" || Namespace === "") found.push("no namespace");
    if (Metrics.length < 1 || Metrics.length > 100) found.push(`${String(Metrics.length)} metrics`);
    for (const name of Dimensions.flat()) {
      if (typeof line[name] !== "string" || line[name] === "") found.push(`dimension ${String(name)} is no text`);
    }
    for (const { Name, Unit } of Metrics) {
      if (typeof line[Name] !== "number") found.push(`metric ${String(Name)} is no number`);
      if (!["Count", "Seconds", "Milliseconds"].includes(Unit)) found.push(`unit ${String(Unit)}`);
    }
  }
  return found;
}

const polls: { name: string; change: (ports: FakePorts) => void }[] = [
  { name: "a poll that writes", change: () => undefined },
  { name: "a poll of an empty group", change: (ports) => ports.groupStates.set("ci-asg", groupOf({ desired: 0 })) },
  { name: "a poll that fails", change: (ports) => ports.groupStates.clear() },
];

test.each(polls)("the line of $name is in CloudWatch's embedded metric format", async ({ change }) => {
  expect(breaches(written(await pollOnce(change)))).toEqual([]);
});

describe("the record", () => {
  test("has observation, decision and action", async () => {
    const result = await pollOnce();
    expect(written(result)).toMatchObject({
      time: new Date(TIMES.endedAt).toISOString(),
      level: "info",
      message: "poll",
      Queue: "default",
      group: "ci-asg",
      failed: [],
      vector: { metrics: { scheduled: 4 }, asg: { desired: 4, inService: 2, pending: 1 }, state: { now: START } },
      decision: { action: "scale_out", reason: "jobs", desired: 6, need: 6, target: 6 },
      written: 6,
    });
  });

  test("has the decision and that it was not carried out, where the write fails", async () => {
    const line = written(await pollOnce((ports) => (ports.beforeWrite = fail("failure"))));
    expect(line).toMatchObject({ level: "warn", failed: ["set desired"], decision: { desired: 6 }, written: null });
    expect(line).toMatchObject({ DesiredInstances: 4 });
  });

  test("names the instances that were stopped or marked unhealthy", async () => {
    const result: PollResult = { ...(await pollOnce()), stopSent: ["i-1"], unhealthy: ["i-2"] };
    expect(written(result)).toMatchObject({ told: ["i-1"], unhealthy: ["i-2"] });
  });
});

describe("the vector in the record", () => {
  /** The record of a poll that made this observation. */
  function recorded(observation: Observation): any {
    const target = newTarget("default", "ci-asg", observation.params, 5);
    const evaluation = { observation, decision: decide(observation), boots: target.boots };
    const nothing = { failures: [], written: undefined, stopSent: [], unhealthy: [] };
    return written({ target, evaluation, response: ANSWER, ...nothing });
  }

  function expectSame({ vector, decision }: any): void {
    const { targetSize: target, ...others } = decide(vector);
    expect({ ...others, target }).toMatchObject(decision);
  }

  test.each(vectors)("reproduces the decision: $name", ({ params, metrics, asg, state }) => {
    expectSame(recorded({ params, metrics, asg, state }));
  });

  test("reproduces decision and memory, over hours of random polls", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new RandomNumbers(seed);
      const settings = { ...SETTINGS, ...randomSettings(random) };
      let { memory, boots } = newTarget("default", "ci-asg", settings, 5);
      let now = START;
      for (let count = 0; count < 60; count += 1) {
        now += random.between(1, 600);
        const desired = random.between(0, 20);
        const group = groupOf({ desired, inService: random.between(0, desired), pending: random.between(0, 2) });
        const input = { settings, metrics: randomMetrics(random), group, now };
        const evaluation = evaluate(input, memory, boots);
        const { vector, decision } = recorded(evaluation.observation);
        expect(decide(vector)).toEqual(evaluation.decision);
        expectSame({ vector, decision });
        ({ boots } = evaluation);
        ({ memory } = evaluation.decision);
      }
    }
  });

  function randomSettings(random: RandomNumbers) {
    return {
      agentsPerInstance: random.between(1, 4),
      includeWaiting: random.next() < 0.5,
      instanceBuffer: random.between(0, 2),
      elasticCIMode: random.next() < 0.5,
      scaleOutFactor: random.one([0, 0.3, 1, 1.1]),
      scaleInFactor: random.one([0, 0.3, 1.1]),
      scaleOutCooldownSeconds: random.one([0, 300]),
      scaleInCooldownSeconds: random.one([0, 3600]),
      warmIdleInstances: random.between(0, 2),
    };
  }

  function randomMetrics(random: RandomNumbers) {
    const [agentsIdle, agentsBusy] = [random.between(0, 3), random.between(0, 9)];
    const jobs = { scheduled: random.between(0, 30), running: agentsBusy, waiting: random.between(0, 30) };
    return { ...jobs, agentsTotal: agentsIdle + agentsBusy, agentsIdle, agentsBusy };
  }
});
