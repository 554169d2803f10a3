import type { Metrics, Settings } from "./decide";
import { minimumOf, type TrailingMinimum, withValue } from "./trailing-minimum";

/** What was seen of jobs that nobody takes. Times are epoch seconds. */
export interface DemandMemory {
  /** Scheduled jobs, watched for as long as idle agents were there to take them. */
  readonly untaken?: TrailingMinimum;
  readonly stuck?: Stuck;
  /** Waiting jobs; what never moves in this window belongs to blocked builds. */
  readonly waiting?: TrailingMinimum;
}

export interface Stuck {
  readonly jobs: number;
  /** When one instance is spent on finding out whether they are still stuck. */
  readonly probeAt: number;
  readonly probeAfterSeconds: number;
}

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

/** An idle agent takes a job within seconds: what lies for so long beside it will not be taken. */
const UNTAKEN_SECONDS = 60;
const FIRST_PROBE_SECONDS = 20 * 60;
const LAST_PROBE_SECONDS = 2 * 3600;
/** Waiting jobs that stay for so long wait for a person. */
const BLOCKED_SECONDS = 20 * 60;

export function demandOf(params: Settings, metrics: Metrics, memory: DemandMemory, now: number): Demand {
  const { stuck, untaken } = stuckJobs(metrics, memory, now);
  const probing = stuck !== undefined && now >= stuck.probeAt ? 1 : 0;
  const excluded = Math.max((stuck?.jobs ?? 0) - probing, 0);
  const scheduled = metrics.scheduled - excluded;
  const waiting = params.includeWaiting ? unblocked(metrics, memory, now) : undefined;
  const expected = waiting?.jobs ?? 0;
  return {
    need: scheduled + Math.max(metrics.running, expected),
    buffered: scheduled + metrics.running + expected,
    scheduled,
    stuckJobs: stuck?.jobs ?? 0,
    memory: {
      ...(untaken && { untaken }),
      ...(stuck && { stuck }),
      ...(waiting && { waiting: waiting.window }),
    },
  };
}

function stuckJobs(
  { scheduled, agentsIdle }: Metrics,
  memory: DemandMemory,
  now: number,
): Omit<DemandMemory, "waiting"> {
  // One that was thought stuck is gone: the queue moves, so nothing is known any more.
  const stuck = memory.stuck !== undefined && scheduled >= memory.stuck.jobs ? memory.stuck : undefined;
  if (agentsIdle === undefined || agentsIdle === 0 || scheduled === 0) return { ...(stuck && { stuck }) };
  const untaken = withValue(memory.untaken, now, scheduled, UNTAKEN_SECONDS);
  const jobs = minimumOf(untaken, now, UNTAKEN_SECONDS);
  if (jobs === undefined || jobs === 0) return { untaken, ...(stuck && { stuck }) };
  return { untaken, stuck: { jobs, ...nextProbe(stuck, now) } };
}

/** Idle agents leave them alone right now, so the next probe is due later; after a probe in vain, twice as late. */
function nextProbe(stuck: Stuck | undefined, now: number): Omit<Stuck, "jobs"> {
  const last = stuck?.probeAfterSeconds ?? FIRST_PROBE_SECONDS;
  const probed = stuck !== undefined && now >= stuck.probeAt;
  const probeAfterSeconds = probed ? Math.min(2 * last, LAST_PROBE_SECONDS) : last;
  return { probeAt: now + probeAfterSeconds, probeAfterSeconds };
}

function unblocked({ waiting }: Metrics, memory: DemandMemory, now: number) {
  const window = withValue(memory.waiting, now, waiting, BLOCKED_SECONDS);
  return { jobs: waiting - (minimumOf(window, now, BLOCKED_SECONDS) ?? 0), window };
}
