import type { Group, Metrics, Settings } from "../../lambda/agent-scaler/decision/model";

/** The input of one poll of Buildkite's own scaler, in the format of the decision vectors. */
export interface Poll {
  readonly params: Omit<Settings, "warmIdleInstances">;
  readonly metrics: Metrics;
  readonly asg: Omit<Group, "settled">;
  /** Epoch seconds. */
  readonly state: { readonly now: number; readonly lastScaleIn: number | null; readonly lastScaleOut: number | null };
  /** Calls that fail. */
  readonly faults?: Readonly<Record<string, boolean>>;
}

export interface Outcome {
  readonly action: "none" | "scale_out" | "scale_in";
  /** The group's desired capacity after the poll. */
  readonly desired: number;
  readonly error: boolean;
  readonly lastScaleInUpdated: boolean;
  readonly lastScaleOutUpdated: boolean;
  /** Number of instances whose agents get SIGTERM. */
  readonly sigterm: number;
  /** Minimum uptimes of the checks for dangling instances. */
  readonly danglingChecks: readonly number[];
}

/** Calls before the decision. */
const failingBefore = ["metricsApi", "publish", "describe"];
const STALE_SECONDS = 120;
const ZERO_AGENTS_UPTIME_SECONDS = 600;

/** What Buildkite's own scaler does in one poll, its bugs included, as the decision vectors show. */
export function referencePoll(poll: Poll): Outcome {
  const { params, asg, faults } = poll;
  const checks = params.elasticCIMode ? [params.danglingMinUptimeSeconds] : [];
  const unchanged = outcome(poll, { danglingChecks: checks });
  if (failingBefore.some((call) => faults?.[call])) return { ...unchanged, error: true };
  const target = targetOf(poll);
  const active = asg.inService === 0 ? asg.desired : asg.inService;
  if (target > active) {
    if (target > asg.desired) return scaleOut(poll, target, unchanged);
    return target < asg.desired ? scaleIn(poll, target, unchanged) : unchanged;
  }
  if (asg.desired > target) return scaleIn(poll, target, unchanged);
  // A known bug: this scale-in may raise the size, or be repeated.
  if (active > target) return params.elasticCIMode && asg.pending > 0 ? unchanged : scaleIn(poll, target, unchanged);
  const noAgents = params.elasticCIMode && active > 0 && poll.metrics.agentsTotal === 0;
  return noAgents ? { ...unchanged, danglingChecks: [...checks, ZERO_AGENTS_UPTIME_SECONDS] } : unchanged;
}

function outcome({ asg }: Poll, changes: Partial<Outcome>): Outcome {
  return {
    action: "none",
    desired: asg.desired,
    error: false,
    lastScaleInUpdated: false,
    lastScaleOutUpdated: false,
    sigterm: 0,
    danglingChecks: [],
    ...changes,
  };
}

function targetOf({ params, metrics, asg }: Poll): number {
  const stale = params.elasticCIMode && (metrics.ageSeconds ?? 0) > STALE_SECONDS;
  const wanted = (stale ? asg.desired : baseOf(params, metrics, asg)) + bufferOf(params, metrics);
  return Math.max(Math.min(wanted, asg.max), asg.min);
}

function baseOf(params: Poll["params"], metrics: Metrics, asg: Poll["asg"]): number {
  const { scheduled, running, waiting, agentsTotal } = metrics;
  const need = scheduled + (params.includeWaiting && waiting > running ? waiting : running);
  const base = capped(params, need);
  const active = asg.inService === 0 ? asg.desired : asg.inService;
  const expected = params.agentsPerInstance * active;
  const share = expected > 0 ? agentsTotal / expected : 1;
  const isShort = need > 0 && params.availabilityThreshold > 0 && share < params.availabilityThreshold;
  return isShort && asg.inService === asg.desired ? Math.max(base, asg.desired + 1) : base;
}

function bufferOf(params: Poll["params"], { scheduled, running, waiting }: Metrics): number {
  if (scheduled + running + waiting === 0) return 0;
  const jobs = scheduled + running + (params.includeWaiting ? waiting : 0);
  const { agentsPerInstance: agents, maxInstanceCap: cap, instanceBuffer } = params;
  const instances = agents > 0 ? Math.ceil(jobs / agents) : jobs;
  return Math.min(cap > 0 ? Math.min(instances, cap) : instances, instanceBuffer);
}

/** Without agents per instance the reference takes one each, and forgets the cap. */
function capped({ agentsPerInstance, maxInstanceCap }: Poll["params"], jobs: number): number {
  if (agentsPerInstance <= 0) return jobs;
  const instances = Math.ceil(jobs / agentsPerInstance);
  return maxInstanceCap > 0 ? Math.min(instances, maxInstanceCap) : instances;
}

function isCooling(poll: Poll, own: number | null, other: number | null, cooldown: number): boolean {
  if (own === null) return false;
  const last = poll.params.scaleOnlyAfterAllEvent && other !== null ? Math.max(own, other) : own;
  return cooldown - (poll.state.now - last) > 0;
}

function scaleOut(poll: Poll, target: number, unchanged: Outcome): Outcome {
  const { params, asg, state } = poll;
  const cooling = isCooling(poll, state.lastScaleOut, state.lastScaleIn, params.scaleOutCooldownSeconds);
  if (params.disableScaleOut || cooling) return unchanged;
  const factor = params.scaleOutFactor;
  const stepped = Math.min(asg.desired + Math.ceil((target - asg.desired) * factor), asg.max);
  if (poll.faults?.["setDesired"]) return { ...unchanged, error: true };
  return { ...unchanged, action: "scale_out", desired: factor === 0 ? target : stepped, lastScaleOutUpdated: true };
}

function scaleIn(poll: Poll, target: number, unchanged: Outcome): Outcome {
  const { params, asg, state } = poll;
  const elastic = params.elasticCIMode;
  if (params.disableScaleIn && !elastic) return unchanged;
  if (isCooling(poll, state.lastScaleIn, state.lastScaleOut, params.scaleInCooldownSeconds)) return unchanged;
  if (elastic && isCoolingByActivity(poll)) return unchanged;
  const factor = params.scaleInFactor;
  const stepped = Math.max(asg.desired + Math.floor((target - asg.desired) * factor), asg.min);
  const desired = Math.max(factor === 0 ? target : stepped, 0);
  if (elastic && asg.instances > 0 && asg.desired > desired) {
    const stopped = { ...unchanged, sigterm: Math.min(asg.desired - desired, asg.instances), lastScaleInUpdated: true };
    return poll.faults?.["setDesired"] ? stopped : { ...stopped, action: "scale_in", desired };
  }
  if (poll.faults?.["setDesired"]) return { ...unchanged, error: true };
  return { ...unchanged, action: "scale_in", desired, lastScaleInUpdated: true };
}

/** A lookup that fails lets the scale-in pass. */
function isCoolingByActivity({ params, asg, state }: Poll): boolean {
  const { lastScaleInActivity: last } = asg;
  return typeof last === "number" && state.now - last < params.scaleInCooldownSeconds;
}
