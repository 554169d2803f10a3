import rows from "./vectors.json";
import type { Group, Metrics, Settings } from "../../../../lambda/agent-scaler/decision/model";

/** What one poll of Buildkite's scaler does in one situation, or what ours does where it deviates. */
export interface Outcome {
  readonly action: string;
  /** The group's size after the poll. */
  readonly desired: number;
  readonly error: boolean;
  readonly lastScaleInUpdated: boolean;
  readonly lastScaleOutUpdated: boolean;
  /** Number of instances that are stopped. */
  readonly sigterm: number;
  readonly danglingChecks: readonly number[];
}

export interface Vector {
  readonly name: string;
  readonly params: Settings;
  readonly metrics: Metrics;
  readonly asg: Group;
  readonly state: { readonly now: number; readonly lastScaleIn: number | null; readonly lastScaleOut: number | null };
  readonly faults: Readonly<Record<string, boolean>>;
  readonly expect: Outcome;
}

/** Every setting off. */
export const NEUTRAL: Settings = {
  agentsPerInstance: 1,
  includeWaiting: false,
  instanceBuffer: 0,
  maxInstanceCap: 0,
  availabilityThreshold: 0,
  scaleOutFactor: 0,
  scaleInFactor: 0,
  scaleOutCooldownSeconds: 0,
  scaleInCooldownSeconds: 0,
  disableScaleOut: false,
  disableScaleIn: false,
  scaleOnlyAfterAllEvent: false,
  elasticCIMode: false,
  danglingMinUptimeSeconds: 3600,
  warmIdleInstances: 0,
};

interface Row extends Omit<Vector, "params" | "asg" | "faults"> {
  readonly params: Partial<Settings>;
  readonly asg: Omit<Group, "settled" | "instances"> & { readonly instances?: number };
  readonly faults?: Readonly<Record<string, boolean>>;
}

/** The vectors say nothing of ages, so every instance in service counts as settled. */
export const vectors: readonly Vector[] = (rows as readonly Row[]).map((row) => ({
  ...row,
  params: { ...NEUTRAL, ...row.params },
  asg: {
    ...row.asg,
    instances: row.asg.instances ?? row.asg.inService + row.asg.pending,
    settled: row.asg.inService,
    ...(row.faults?.["activityLookup"] === true && { lastScaleInActivity: "unknown" as const }),
  },
  faults: row.faults ?? {},
}));
