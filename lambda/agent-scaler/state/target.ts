import { type Boots, noBoots } from "../decision/boots";
import { type ElasticMemory, emptyElasticMemory } from "../elastic/step";
import type { Memory, Settings } from "../decision/model";

/** The parts of a target that a poll changes. */
export type TargetState = Readonly<Pick<Target, "memory" | "boots" | "elastic">>;

/** One queue, the Auto Scaling group that serves it, and their state from poll to poll. */
export interface Target {
  readonly queue: string;
  readonly group: string;
  readonly settings: Settings;
  /** Instances per check for dangling ones; 0 or less: all. */
  readonly maxDanglingToCheck: number;
  memory: Memory;
  boots: Boots;
  elastic: ElasticMemory;
}

export function newTarget(queue: string, group: string, settings: Settings, maxDanglingToCheck: number): Target {
  const memory = { lastScaleIn: null, lastScaleOut: null };
  return { queue, group, settings, maxDanglingToCheck, memory, boots: noBoots, elastic: emptyElasticMemory };
}
