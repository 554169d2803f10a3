import { type Boots, followBoots, settledInstances } from "./boots";
import {
  decide,
  type Decision,
  type Group,
  type Memory,
  type Metrics,
  type Observation,
  type Settings,
} from "./decide";

/** A group as AWS describes it. */
export interface GroupState {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly instances: readonly { readonly id: string; readonly lifecycleState: string }[];
}

/** What one poll brought to light. */
export interface Facts {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly group: GroupState;
  readonly lastScaleInActivity?: Group["lastScaleInActivity"];
  /** Epoch seconds. */
  readonly now: number;
}

export interface Judgement {
  readonly observation: Observation;
  readonly decision: Decision;
  readonly boots: Boots;
}

/** From the facts of a poll to the decision: everything that needs neither network nor clock. */
export function judge(facts: Facts, memory: Memory, boots: Boots): Judgement {
  const { settings, metrics, group, now } = facts;
  const inService = group.instances.filter(({ lifecycleState }) => lifecycleState === "InService").map(({ id }) => id);
  const followed = followBoots(boots, inService, metrics.agentsTotal, settings.agentsPerInstance, now);
  const asg: Group = {
    desired: group.desired,
    min: group.min,
    max: group.max,
    inService: inService.length,
    pending: group.instances.filter(({ lifecycleState }) => lifecycleState.startsWith("Pending")).length,
    instances: group.instances.length,
    settled: settledInstances(followed, now),
    connected: followed.connected.size,
    ...(facts.lastScaleInActivity !== undefined && { lastScaleInActivity: facts.lastScaleInActivity }),
  };
  const observation: Observation = { params: settings, metrics, asg, state: { ...memory, now } };
  return { observation, decision: decide(observation), boots: followed };
}
