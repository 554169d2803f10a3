import type { AgentScalerConfig } from "../config";
import { newTarget, type Target } from "./target";

/** State of the container between two invocations. */
export interface Container {
  readonly targets: readonly Target[];
  /** Whether the stored memory and the groups' scaling activities have been read. */
  restored: boolean;
  /** No poll before this time, in epoch seconds; 0: at any time. */
  notBefore: number;
  /** Polls in a row in which every queue failed at Buildkite. */
  failuresInARow: number;
  /** Since when no queue has had a job and every group its target size, in epoch seconds; null: that is not so. */
  quietSince: number | null;
  /** Last known slug of the organization, for the metrics of polls that fail. */
  organization: string;
}

export function newContainer(config: AgentScalerConfig): Container {
  const targets = config.targets.map(({ queue, group, settings }) =>
    newTarget(queue, group, settings, config.maxDanglingToCheck),
  );
  return { targets, restored: false, notBefore: 0, failuresInARow: 0, quietSince: null, organization: "" };
}
