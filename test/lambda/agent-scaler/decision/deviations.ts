import type { Outcome } from "./vectors";

/** Where ours does better than Buildkite's scaler, and what it does there. */
export interface Deviation {
  readonly name: string;
  readonly because: string;
  readonly expect: Partial<Outcome>;
}

const raises = (desired: number): Partial<Outcome> => ({
  action: "scale_out",
  desired,
  lastScaleInUpdated: false,
  lastScaleOutUpdated: true,
});
const leaves = (desired: number): Partial<Outcome> => ({
  action: "none",
  desired,
  lastScaleInUpdated: false,
  lastScaleOutUpdated: false,
  sigterm: 0,
});

const lowers = (desired: number): Partial<Outcome> => ({
  action: "scale_in",
  desired,
  lastScaleInUpdated: true,
  lastScaleOutUpdated: false,
});

const NEED = "a scale-in factor never takes what jobs need";
const DIRECTION = "the direction is the sign of target minus desired, whatever instances are still in service";
const UNCHANGED = "what is set already is not set again, and starts no cooldown";
const BOTH = "with scaleOnlyAfterAllEvent an event of the other direction counts, also when there was none of its own";
const HOST =
  "an instance that is stopped lowers the desired capacity itself when it terminates, so that it is not lowered twice";
const ROUNDING = "the rounding error of a binary fraction is no instance";

export const deviations: readonly Deviation[] = [
  { name: "in-factor-five-ignores-jobs", because: NEED, expect: { desired: 10 } },
  { name: "in-factor-two-below-need", because: NEED, expect: { desired: 6 } },
  { name: "in-factor-two-clamped-by-min", because: NEED, expect: { desired: 6 } },
  { name: "in-factor-1.1-exact", because: NEED, expect: { desired: 10 } },
  { name: "in-factor-1.1-float-floor", because: NEED, expect: { desired: 10 } },
  { name: "out-factor-1.1-float-ceil", because: ROUNDING, expect: { desired: 55 } },
  {
    name: "cap-skipped-for-one-to-one-fallback",
    because: "the cap holds for every number of agents per instance",
    expect: { desired: 7 },
  },
  { name: "all-event-out-never-out", because: BOTH, expect: leaves(1) },
  { name: "all-event-in-never-in", because: BOTH, expect: leaves(4) },
  { name: "draining-raise-through-scale-in-route", because: DIRECTION, expect: raises(3) },
  { name: "draining-raise-blocked-by-disable-in", because: DIRECTION, expect: raises(3) },
  { name: "draining-raise-blocked-by-in-cooldown", because: DIRECTION, expect: raises(3) },
  { name: "draining-equal-in-service-does-nothing", because: DIRECTION, expect: raises(5) },
  { name: "surplus-raise-with-factor-half", because: DIRECTION, expect: raises(3) },
  { name: "surplus-in-service-noop-scale-in", because: UNCHANGED, expect: leaves(3) },
  { name: "surplus-elastic-no-pending-noop", because: UNCHANGED, expect: leaves(3) },
  {
    name: "elastic-pending-does-not-stop-lowering",
    because: "instances are not stopped while others are still starting",
    expect: leaves(5),
  },
  {
    name: "elastic-stale-plus-buffer-grows",
    because: "old metrics hold the size, buffer included",
    expect: leaves(4),
  },
  { name: "elastic-ignores-disable-in", because: "DISABLE_SCALE_IN wins in every mode", expect: leaves(5) },
  {
    name: "elastic-activity-lookup-fails-open",
    because: "instances are not stopped while nobody knows when the last one was",
    expect: leaves(5),
  },
  { name: "dangling-healthy-agents-scale-in", because: HOST, expect: { desired: 1 } },
  { name: "elastic-graceful-three", because: HOST, expect: { desired: 5 } },
  { name: "elastic-graceful-fewer-instances", because: HOST, expect: { desired: 5 } },
  { name: "elastic-graceful-factor-half", because: HOST, expect: { desired: 10 } },
  { name: "elastic-graceful-down-to-min", because: HOST, expect: { desired: 5 } },
  { name: "elastic-activity-cooldown-over", because: HOST, expect: { desired: 5 } },
  { name: "elastic-activity-cooldown-zero", because: HOST, expect: { desired: 5 } },
  {
    name: "fault-publish-blocks-scaling",
    because: "metrics travel in the log, so that publishing cannot fail",
    expect: { ...raises(50), error: false },
  },
  {
    name: "fault-metrics-api-elastic-still-checks",
    because: "no instance is evaluated while nobody knows how many agents Buildkite sees",
    expect: { danglingChecks: [] },
  },
  {
    name: "fault-set-desired-graceful-swallowed",
    because: "the size is not written on this way, so that nothing can fail",
    expect: { action: "scale_in", desired: 5, lastScaleInUpdated: true },
  },
];

const IDLE = "where idle agents are enough for every job that waits, no agent is missing";

/** What ours does where Buildkite reports idle agents, which the vectors leave out. */
export const deviationsWithIdleAgents: readonly Deviation[] = [
  { name: "avail-threshold-one", because: IDLE, expect: leaves(2) },
  { name: "avail-threshold-above-one-always-boosts", because: IDLE, expect: leaves(2) },
  { name: "avail-boost-over-job-need", because: IDLE, expect: lowers(1) },
  { name: "avail-boost-plus-buffer", because: IDLE, expect: lowers(2) },
  { name: "avail-boost-times-factor", because: IDLE, expect: lowers(1) },
  { name: "avail-boost-ignores-instance-cap", because: IDLE, expect: lowers(1) },
  { name: "avail-fewer-agents-than-configured", because: IDLE, expect: lowers(1) },
  {
    name: "elastic-graceful-fewer-instances",
    because: "no more instances are stopped than idle agents account for",
    expect: { sigterm: 1 },
  },
];
