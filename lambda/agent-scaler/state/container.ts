import type { Log } from "../../shared/log";
import type { AgentScalerConfig } from "../config";
import type { MemoryStore } from "./memory";
import { newTarget, type Target, type Ports } from "../poll";

export interface Surroundings extends Ports {
  /** undefined: the memory lives in this container only. */
  readonly store: MemoryStore | undefined;
  readonly log: Log;
  /** Writes one JSON object as a line. */
  readonly record: (line: object) => void;
  readonly sleep: (seconds: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
}

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
