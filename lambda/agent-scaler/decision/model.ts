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

/** What Buildkite says about the queue. */
export interface Metrics {
  readonly scheduled: number;
  readonly running: number;
  readonly waiting: number;
  readonly agentsTotal: number;
  /** Connected agents without a job; absent when Buildkite did not say. */
  readonly agentsIdle?: number;
  /** Age header: seconds for which a cache between Buildkite and here has kept the answer. */
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
  /** Instances in service whose agents have connected at some time; absent: nobody watched. */
  readonly connected?: number;
  /** Newest lowering that the group's activities tell of, in epoch seconds; "unknown": they could not be read. */
  readonly lastScaleInActivity?: number | "unknown";
}

/** What was seen of jobs that nobody takes. Times are epoch seconds. */
export interface DemandMemory {
  /** Scheduled jobs, watched for as long as idle agents were there to take them. */
  readonly untaken?: TrailingMinimum;
  readonly stuck?: Stuck;
  /** Waiting jobs; what never moves in this window belongs to blocked builds. */
  readonly waiting?: TrailingMinimum;
  /** Scheduled jobs that somebody may take; what never falls in this window is a lack of agents. */
  readonly standing?: TrailingMinimum;
  /** Called pace in the poll records, which are decided again by this name. */
  readonly pace?: Throughput;
}

/** Jobs that idle agents leave alone. Times are epoch seconds. */
export interface Stuck {
  readonly jobs: number;
  /** When one instance is spent on finding out whether they are still stuck. */
  readonly probeAt: number;
  readonly probeAfterSeconds: number;
}

/** What the jobs ask of the group, in jobs. */
export interface Demand {
  /** Jobs that instances are needed for. */
  readonly need: number;
  /** Jobs that the instance buffer is sized by. */
  readonly buffered: number;
  /** Scheduled jobs that somebody may take. */
  readonly scheduled: number;
  readonly stuckJobs: number;
  readonly memory: DemandMemory;
}

/** How fast jobs finish, as far as the number of unfinished jobs tells. Times are epoch seconds. */
export interface Throughput {
  readonly at: number;
  readonly unfinished: number;
  /** Finished jobs and the seconds that agents worked on jobs, both weighted down with age. */
  readonly finished: number;
  readonly busySeconds: number;
}

/** What the scaler remembers of a group from poll to poll. Times are epoch seconds, null: never. */
export interface Memory extends DemandMemory {
  readonly lastScaleIn: number | null;
  readonly lastScaleOut: number | null;
  /** Lowest need seen since the last raise, and the size that was asked for then. */
  readonly raised?: { readonly need: number; readonly desired: number };
}

/** All that a decision depends on; every poll's log line holds one, so that it can be decided again. */
export interface Observation {
  readonly params: Settings;
  readonly metrics: Metrics;
  readonly asg: Group;
  readonly state: Memory & { readonly now: number };
}

/** Why a decision is as it is; stands in the poll records. */
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

/** What to do about the group's size. Sizes are numbers of instances. */
export interface Decision {
  readonly action: "none" | "scale_out" | "scale_in";
  readonly reason: Reason;
  /** The group's size to be; nothing is written where it is the size already. */
  readonly desired: number;
  /** Idle instances to stop gracefully. They lower the group's size themselves when they leave. */
  readonly stop: number;
  /** Jobs that instances are needed for. */
  readonly need: number;
  /** Size that jobs, buffer and availability call for, within the group's limits. The poll records call it target. */
  readonly targetSize: number;
  /** Jobs that idle agents leave alone. */
  readonly stuckJobs: number;
  /** Minimum uptimes of the checks for dangling instances that are due. */
  readonly danglingChecks: readonly number[];
  /** What to remember, whatever becomes of the action. */
  readonly memory: Memory;
}
