import type { TrailingMinimum } from "./trailing-minimum";

/** The settings that decisions depend on. Times are in seconds; 0 switches factors, cap, buffer, threshold and cooldowns off. */
export interface Settings {
  readonly agentsPerInstance: number;
  readonly includeWaiting: boolean;
  readonly instanceBuffer: number;
  readonly maxInstanceCap: number;
  readonly availabilityThreshold: number;
  readonly scaleOutFactor: number;
  readonly scaleInFactor: number;
  readonly scaleOutCooldownSeconds: number;
  readonly scaleInCooldownSeconds: number;
  readonly disableScaleOut: boolean;
  readonly disableScaleIn: boolean;
  readonly scaleOnlyAfterAllEvent: boolean;
  readonly elasticCIMode: boolean;
  readonly danglingMinUptimeSeconds: number;
  /** Instances to keep beyond what jobs need, also when the queue is empty. */
  readonly warmIdleInstances: number;
}

/** Buildkite's metrics of the queue. */
export interface Metrics {
  readonly scheduled: number;
  readonly running: number;
  readonly waiting: number;
  readonly agentsTotal: number;
  /** Connected agents without a job; absent: not in the response. */
  readonly agentsIdle?: number;
  /** Age header: seconds for which a cache has kept the response. */
  readonly ageSeconds?: number;
}

/** A group as AWS describes it. */
export interface GroupState {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly instances: readonly { readonly id: string; readonly lifecycleState: string }[];
}

/** What a decision needs to know about the group. */
export interface Group {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly inService: number;
  readonly pending: number;
  /** Instances in any state. */
  readonly instances: number;
  /** Instances in service for long enough that their agents must have connected. */
  readonly settled: number;
  /** Instances in service whose agents have connected at some time; absent: not observed. */
  readonly connected?: number;
  /** Newest scale-in in the group's activities, in epoch seconds; "unknown": they could not be read. */
  readonly lastScaleInActivity?: number | "unknown";
}

/** Observations of the queue's jobs over time. Times are epoch seconds. */
export interface DemandMemory {
  /** Scheduled jobs while idle agents were connected. */
  readonly untaken?: TrailingMinimum;
  readonly stuck?: Stuck;
  /** Waiting jobs; their minimum in this window are jobs of blocked builds. */
  readonly waiting?: TrailingMinimum;
  /** Scheduled jobs that are not stuck; for their minimum in this window agents are missing. */
  readonly standing?: TrailingMinimum;
  /** The throughput; the name is part of the poll records. */
  readonly pace?: Throughput;
}

/** Jobs that idle agents do not take. Times are epoch seconds. */
export interface Stuck {
  readonly jobs: number;
  /** When one instance is started to find out whether they are still stuck. */
  readonly probeAt: number;
  readonly probeAfterSeconds: number;
}

/** The demand for agents, in jobs. */
export interface Demand {
  /** Jobs that instances are needed for. */
  readonly need: number;
  /** Jobs that determine the instance buffer. */
  readonly buffered: number;
  /** Scheduled jobs that are not stuck. */
  readonly scheduled: number;
  readonly stuckJobs: number;
  readonly memory: DemandMemory;
}

/** How fast jobs finish, estimated from the number of unfinished jobs. Times are epoch seconds. */
export interface Throughput {
  readonly at: number;
  readonly unfinished: number;
  /** Finished jobs and seconds of busy agents, both decaying with age. */
  readonly finished: number;
  readonly busySeconds: number;
}

/** What the scaler remembers of a group from poll to poll. Times are epoch seconds, null: never. */
export interface Memory extends DemandMemory {
  readonly lastScaleIn: number | null;
  readonly lastScaleOut: number | null;
  /** Lowest need since the last scale-out, and the size that it set. */
  readonly raised?: { readonly need: number; readonly desired: number };
}

/** All that a decision depends on. Every poll record has one, so that the decision can be reproduced. */
export interface Observation {
  readonly params: Settings;
  readonly metrics: Metrics;
  readonly asg: Group;
  readonly state: Memory & { readonly now: number };
}

/** Why the decision was made, in the poll records. */
export type Reason =
  | "jobs"
  | "missing agents"
  | "more than needed"
  | "enough"
  | "scale-out disabled"
  | "scale-out cooldown"
  | "scale-in disabled"
  | "scale-in cooldown"
  | "scale-in activity unknown"
  | "instances pending"
  | "old metrics";

/** A decision on the group's size. Sizes are numbers of instances. */
export interface Decision {
  readonly action: "none" | "scale_out" | "scale_in";
  readonly reason: Reason;
  /** The new desired capacity; it is set only where it differs from the present one. */
  readonly desired: number;
  /** Idle instances to stop gracefully. They lower the group's size themselves when they leave. */
  readonly stop: number;
  /** Jobs that instances are needed for. */
  readonly need: number;
  /** Size that jobs, buffer and availability call for, within the group's limits. The poll records call it target. */
  readonly targetSize: number;
  /** Jobs that idle agents do not take. */
  readonly stuckJobs: number;
  /** Minimum uptimes of the checks for dangling instances that are due. */
  readonly danglingChecks: readonly number[];
  /** The memory for the next poll, whether the action succeeds or not. */
  readonly memory: Memory;
}
