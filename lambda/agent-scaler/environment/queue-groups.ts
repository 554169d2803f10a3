import type { Parser } from "./go-values";

/** One queue and the group that serves it. */
export interface QueueGroup {
  readonly queue: string;
  readonly group: string;
  /** Default: AGENTS_PER_INSTANCE. */
  readonly agentsPerInstance?: number;
}

const FIELDS = ["queue", "group", "agentsPerInstance"];

/** The JSON list in QUEUE_GROUPS. Each group once: two queues would set its size in turn. */
export const queueGroups: Parser<readonly QueueGroup[]> = {
  expected:
    'a JSON list such as [{"queue":"default","group":"ci-asg"}], each group once, agentsPerInstance a whole number from 1 on',
  parse: (text) => {
    const rows = parsed(text);
    if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isQueueGroup)) return undefined;
    return new Set(rows.map(({ group }) => group)).size === rows.length ? rows : undefined;
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isQueueGroup(row: unknown): row is QueueGroup {
  if (typeof row !== "object" || row === null) return false;
  const { queue, group, agentsPerInstance = 1 } = row as Record<string, unknown>;
  const named = [queue, group].every((name) => typeof name === "string" && name !== "");
  const known = Object.keys(row).every((field) => FIELDS.includes(field));
  return named && known && Number.isSafeInteger(agentsPerInstance) && (agentsPerInstance as number) >= 1;
}
