import type { AgentScalerConfig } from "../config";
import { newTarget, type Target } from "./target";

/** What the container keeps between two invocations. */
export interface Container {
  readonly targets: readonly Target[];
  remembers: boolean;
  notBefore: number;
  failuresInARow: number;
  quietSince: number | null;
  /** Last name of the organization, for the metrics of polls that fail. */
  organization: string;
}

export function newContainer(config: AgentScalerConfig): Container {
  const targets = config.targets.map(({ queue, group, settings }) =>
    newTarget(queue, group, settings, config.maxDanglingToCheck),
  );
  return { targets, remembers: false, notBefore: 0, failuresInARow: 0, quietSince: null, organization: "" };
}
