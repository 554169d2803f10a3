import { noBoots } from "../../../../lambda/agent-scaler/decision/boots";
import { memoryAfterAction } from "../../../../lambda/agent-scaler/decision/decide";
import { evaluate } from "../../../../lambda/agent-scaler/decision/evaluate";
import { groupOf, SETTINGS, START } from "../../../harness/scaler/fake-ports";
import type { Decision, GroupState, Memory, Settings } from "../../../../lambda/agent-scaler/decision/model";

const FOUR_AGENTS = { agentsPerInstance: 4, availabilityThreshold: 0.5, scaleOutCooldownSeconds: 300 };

interface Poll {
  readonly at: number;
  readonly group: GroupState;
  readonly scheduled?: number;
  readonly running?: number;
  readonly agentsTotal: number;
}

/** Polls one after the other, each of them carried out; the last decision. */
function lastOf(polls: readonly Poll[], changes: Partial<Settings> = {}): Decision {
  const settings = { ...SETTINGS, ...FOUR_AGENTS, ...changes };
  let memory: Memory = { lastScaleIn: null, lastScaleOut: null };
  let boots = noBoots;
  const decisions = polls.map(({ at, group, scheduled = 0, running = 0, agentsTotal }) => {
    const metrics = { scheduled, running, waiting: 0, agentsTotal, agentsIdle: agentsTotal - running };
    const evaluation = evaluate({ settings, metrics, group, now: START + at }, memory, boots);
    const { decision } = evaluation;
    boots = evaluation.boots;
    memory = decision.action === "none" ? decision.memory : memoryAfterAction(decision, START + at);
    return decision;
  });
  return decisions.at(-1)!;
}

const healthy: Poll = { at: 0, group: groupOf({ desired: 3 }), running: 12, agentsTotal: 12 };
/** One agent of each instance is left, and busy with a long job. */
const draining: Poll = { at: 600, group: groupOf({ desired: 3 }), running: 3, agentsTotal: 3 };

/** The same every ten seconds, for two minutes. */
const lasting = (poll: Poll): Poll[] =>
  Array.from({ length: 13 }, (_, index) => ({ ...poll, at: poll.at + index * 10 }));
const waiting: Poll = { ...draining, at: 610, scheduled: 9 };

test("jobs that draining instances do not take get all the instances they need at once", () => {
  expect(lastOf([healthy, draining, waiting])).toMatchObject({
    action: "scale_out",
    reason: "missing agents",
    desired: 6,
  });
});

test("agents of instances that still boot count beside draining ones, so that nothing is started twice or called off", () => {
  const booting = { ...waiting, at: 800, group: groupOf({ desired: 6, inService: 3, pending: 3 }) };
  expect(lastOf([healthy, draining, ...lasting(booting)])).toMatchObject({ action: "none", desired: 6 });
});

test("the instance buffer is not added again and again to the size beside draining instances", () => {
  const booting = { ...waiting, at: 800, group: groupOf({ desired: 8, inService: 3, pending: 5 }) };
  const changes = { instanceBuffer: 2, disableScaleIn: true, scaleOutCooldownSeconds: 0 };
  expect(lastOf([healthy, draining, ...lasting(booting)], changes)).toMatchObject({ action: "none", desired: 8 });
});

test("the cap holds beside draining instances", () => {
  expect(lastOf([healthy, draining, waiting], { maxInstanceCap: 5 })).toMatchObject({ desired: 5 });
});

test("instances whose agents never connected are replaced one by one", () => {
  const never: Poll = { at: 2000, group: groupOf({ desired: 3 }), running: 4, agentsTotal: 4, scheduled: 8 };
  expect(lastOf([{ ...never, at: 0 }, never])).toMatchObject({ action: "scale_out", desired: 4 });
});

test("no instance is started for draining ones while enough agents are idle", () => {
  const idle = { ...draining, at: 610, scheduled: 3, agentsTotal: 6 };
  expect(lastOf([healthy, draining, ...lasting(idle)]).desired).toBeLessThanOrEqual(3);
});

test("a group none of whose agents is connected is not doubled", () => {
  const noAgents = { ...draining, at: 610, scheduled: 12, running: 0, agentsTotal: 0 };
  expect(lastOf([healthy, noAgents])).toMatchObject({ action: "scale_out", desired: 4 });
});
