import { capped, sizeForAvailability, perInstance, sizeBesideDraining } from "./availability";
import { demandOf } from "./demand";
import { latest } from "./latest";
import type { Decision, Demand, Group, Memory, Metrics, Observation, Reason, Settings } from "./model";

/** Older metrics are not used. */
const OLDEST_METRICS_SECONDS = 120;
/** Where no agent is connected, instances are checked after this uptime. */
const NO_AGENTS_UPTIME_SECONDS = 600;
/** Keeps 50 × 1.1 from becoming 56. */
const ROUNDING = 1e-9;

/** Decides on the group's size, from the observation alone. */
export function decide(given: Observation): Decision {
  const observation = { ...given, state: withoutFutureTimes(given.state) };
  const { params, metrics, asg, state } = observation;
  const demand = demandOf(params, metrics, state, state.now);
  const size = targetOf(observation, demand);
  const outcome = outcomeOf(observation, demand, size);
  const noAgents = outcome.action === "none" && asg.inService > 0 && metrics.agentsTotal === 0;
  return {
    stop: 0,
    ...outcome,
    need: demand.need,
    targetSize: size.target,
    stuckJobs: demand.stuckJobs,
    danglingChecks: params.elasticCIMode
      ? [params.danglingMinUptimeSeconds, ...(noAgents ? [NO_AGENTS_UPTIME_SECONDS] : [])]
      : [],
    memory: memoryOf(state, demand),
  };
}

/** The memory after the decision's action has succeeded. */
export function memoryAfterAction({ action, desired, need, memory }: Decision, now: number): Memory {
  if (action === "scale_out") return { ...memory, lastScaleOut: now, raised: { need, desired } };
  return action === "scale_in" ? { ...memory, lastScaleIn: now } : memory;
}

interface Size {
  readonly target: number;
  /** The size if no agent were missing. */
  readonly forJobs: number;
}

function targetOf({ params, metrics, asg }: Observation, demand: Demand): Size {
  const within = (size: number) => Math.max(Math.min(size, asg.max), asg.min);
  if (areOld(params, metrics)) return { target: within(asg.desired), forJobs: within(asg.desired) };
  const level = capped(perInstance(demand.need, params), params);
  const buffer = Math.min(capped(perInstance(demand.buffered, params), params), params.instanceBuffer);
  const reserve = perInstance(demand.need, params) + params.warmIdleInstances;
  const forJobs = Math.max(level + buffer, params.warmIdleInstances > 0 ? reserve : 0);
  const corrected = Math.max(level, sizeForAvailability(params, metrics, asg, demand)) + buffer;
  const besideDraining = sizeBesideDraining(params, metrics, asg, demand);
  return { target: within(Math.max(forJobs, corrected, besideDraining)), forJobs: within(forJobs) };
}

type Outcome = Pick<Decision, "action" | "reason" | "desired"> & { readonly stop?: number };

function outcomeOf(observation: Observation, demand: Demand, size: Size): Outcome {
  const { params, metrics, asg } = observation;
  const none = (reason: Reason): Outcome => ({ action: "none", reason, desired: asg.desired });
  if (size.target > asg.desired) return scaleOut(observation, demand, size);
  if (size.target < asg.desired) return scaleIn(observation, size);
  return none(areOld(params, metrics) ? "old metrics" : "enough");
}

function areOld({ elasticCIMode }: Settings, { ageSeconds = 0 }: Metrics): boolean {
  return elasticCIMode && ageSeconds > OLDEST_METRICS_SECONDS;
}

function scaleOut({ params, asg, state }: Observation, { need }: Demand, { target, forJobs }: Size): Outcome {
  const none = (reason: Reason): Outcome => ({ action: "none", reason, desired: asg.desired });
  if (params.disableScaleOut) return none("scale-out disabled");
  const forMoreJobs = forJobs > asg.desired;
  const last = params.scaleOnlyAfterAllEvent ? latest(state.lastScaleOut, state.lastScaleIn) : state.lastScaleOut;
  // The cooldown prevents scaling out twice for the same jobs; new jobs need not wait for it.
  const isNew =
    forMoreJobs && !params.scaleOnlyAfterAllEvent && state.raised !== undefined && isNewNeed(state.raised, need, asg);
  if (isInCooldown(last, params.scaleOutCooldownSeconds, state.now) && !isNew) return none("scale-out cooldown");
  const step = target - asg.desired;
  const factored = asg.desired + Math.ceil(step * params.scaleOutFactor - ROUNDING);
  return {
    action: "scale_out",
    reason: forMoreJobs ? "jobs" : "missing agents",
    desired: params.scaleOutFactor === 0 ? target : Math.min(factored, asg.max),
  };
}

function isNewNeed(raised: { readonly need: number; readonly desired: number }, need: number, asg: Group): boolean {
  return need > raised.need || asg.desired < raised.desired;
}

function scaleIn({ params, metrics, asg, state }: Observation, { target }: Size): Outcome {
  const none = (reason: Reason): Outcome => ({ action: "none", reason, desired: asg.desired });
  if (params.disableScaleIn) return none("scale-in disabled");
  if (params.elasticCIMode && asg.pending > 0) return none("instances pending");
  const last = params.scaleOnlyAfterAllEvent ? latest(state.lastScaleIn, state.lastScaleOut) : state.lastScaleIn;
  if (isInCooldown(last, params.scaleInCooldownSeconds, state.now)) return none("scale-in cooldown");
  const step = Math.floor((target - asg.desired) * params.scaleInFactor + ROUNDING);
  const desired = params.scaleInFactor === 0 ? target : Math.max(asg.desired + step, target);
  if (!params.elasticCIMode || asg.instances === 0) return { action: "scale_in", reason: "more than needed", desired };

  if (params.scaleInCooldownSeconds > 0) {
    if (asg.lastScaleInActivity === "unknown") return none("scale-in activity unknown");
    const activity = asg.lastScaleInActivity ?? null;
    if (isInCooldown(activity, params.scaleInCooldownSeconds, state.now)) return none("scale-in cooldown");
  }
  const idle = metrics.agentsIdle;
  const idleInstances = idle === undefined ? asg.instances : Math.floor(idle / Math.max(params.agentsPerInstance, 1));
  const stop = Math.min(asg.desired - desired, asg.instances, idleInstances);
  if (stop === 0) return none("enough");
  return { action: "scale_in", reason: "more than needed", desired: asg.desired, stop };
}

function isInCooldown(last: number | null, cooldownSeconds: number, now: number): boolean {
  return last !== null && cooldownSeconds - (now - last) > 0;
}

/** After a clock was set back, a cooldown lasts no longer than from now on. */
function withoutFutureTimes(state: Observation["state"]): Observation["state"] {
  const past = (time: number | null) => (time === null ? null : Math.min(time, state.now));
  return { ...state, lastScaleIn: past(state.lastScaleIn), lastScaleOut: past(state.lastScaleOut) };
}

function memoryOf({ lastScaleIn, lastScaleOut, raised }: Memory, { need, memory }: Demand): Memory {
  return {
    lastScaleIn,
    lastScaleOut,
    ...(raised && { raised: { ...raised, need: Math.min(raised.need, need) } }),
    ...memory,
  };
}
