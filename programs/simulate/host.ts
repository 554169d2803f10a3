/** One instance of the group, and the agents on it. */
export class Host {
  /** As the group describes it, which notices a Spot interruption late. */
  lifecycleState: "Pending" | "InService" = "Pending";
  isGone = false;
  /** Agents that are connected to Buildkite. */
  agents = 0;
  /** Agents that have a job, or have accepted one that starts within seconds. */
  engaged = 0;
  running = 0;
  readonly jobs = new Set<Job>();
  hasRunJob = false;
  idleSince = 0;
  busySince = 0;

  constructor(
    readonly id: string,
    readonly launchedAt: number,
  ) {}
}

export interface Job {
  readonly build: Progress;
  readonly seconds: number;
  readyAt: number;
}

/** Stages run one after the other; a blocked stage and those after it never run. */
export interface Build {
  readonly at: number;
  /** The length of each job, by stage. */
  readonly stages: readonly (readonly number[])[];
  readonly blockedBefore?: number;
}

export interface Progress {
  readonly build: Build;
  stage: number;
  unfinished: number;
}
