import { type Boots, observeBoots, settledInstances } from "./boots";
import { decide } from "./decide";
import type { Decision, Group, GroupState, Memory, Metrics, Observation, Settings } from "./model";

/** What one poll has read of a queue and its group. */
export interface EvaluationInput {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly group: GroupState;
  readonly lastScaleInActivity?: Group["lastScaleInActivity"];
  /** Epoch seconds. */
  readonly now: number;
}

export interface Evaluation {
  /** What the decision depends on, for the poll record. */
  readonly observation: Observation;
  readonly decision: Decision;
  readonly boots: Boots;
}

/** The decision of a poll, computed without network or clock. */
export function evaluate(input: EvaluationInput, memory: Memory, boots: Boots): Evaluation {
  const { settings, metrics, group, now } = input;
  const inService = group.instances.filter(({ lifecycleState }) => lifecycleState === "InService").map(({ id }) => id);
  const observed = observeBoots(boots, inService, metrics.agentsTotal, settings.agentsPerInstance, now);
  const asg: Group = {
    desired: group.desired,
    min: group.min,
    max: group.max,
    inService: inService.length,
    pending: group.instances.filter(({ lifecycleState }) => lifecycleState.startsWith("Pending")).length,
    instances: group.instances.length,
    settled: settledInstances(observed, now),
    connected: observed.connected.size,
    ...(input.lastScaleInActivity !== undefined && { lastScaleInActivity: input.lastScaleInActivity }),
  };
  const observation: Observation = { params: settings, metrics, asg, state: { ...memory, now } };
  return { observation, decision: decide(observation), boots: observed };
}
