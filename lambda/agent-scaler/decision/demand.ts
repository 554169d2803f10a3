import { takenWithin, throughputAfter } from "./throughput";
import { minimumOf, withValue } from "./trailing-minimum";
import type { Demand, DemandMemory, Metrics, Settings, Stuck } from "./model";

/** An idle agent takes a job within seconds: a job that stays scheduled for this long beside one is stuck. */
const UNTAKEN_SECONDS = 60;
const FIRST_PROBE_SECONDS = 20 * 60;
const LAST_PROBE_SECONDS = 2 * 3600;
/** Fewer idle agents for each busy one are agents between two jobs, which say nothing about stuck jobs. */
const LEAST_IDLE_SHARE = 0.25;
/** This many stuck jobs are rather a paused queue, which will be resumed: the time between probes does not grow. */
const MANY_STUCK_JOBS = 10;
const PROBE_OF_MANY_SECONDS = 10 * 60;
/** Jobs that wait for this long are behind a block step. */
const BLOCKED_SECONDS = 8 * 60;
/** Jobs that connected agents take within this time need no instance, which takes longer to boot. */
const SOON_SECONDS = 90;

/** The demand at `now` (epoch seconds), with the memory for the next poll. */
export function demandOf(params: Settings, metrics: Metrics, memory: DemandMemory, now: number): Demand {
  const { stuck, untaken } = stuckJobs(metrics, memory, now);
  const probing = stuck !== undefined && now >= stuck.probeAt ? 1 : 0;
  // Without idle agents nothing shows that the jobs are still stuck: as many count as agents are busy.
  const counted = hasIdleAgents(metrics) ? probing : Math.max(metrics.running, probing);
  const scheduled = metrics.scheduled - Math.max((stuck?.jobs ?? 0) - counted, 0);
  const throughput = throughputAfter(memory.pace, metrics, now);
  const standing = withValue(memory.standing, now, scheduled, SOON_SECONDS);
  const soonTaken = Math.min(
    takenWithin(SOON_SECONDS, throughput, metrics.running),
    scheduled - (minimumOf(standing, now, SOON_SECONDS) ?? 0),
  );
  const waiting = params.includeWaiting ? unblocked(metrics, memory, now) : undefined;
  const expected = waiting?.jobs ?? 0;
  return {
    need: scheduled + Math.max(metrics.running - soonTaken, expected),
    buffered: scheduled + metrics.running + expected,
    scheduled,
    stuckJobs: stuck?.jobs ?? 0,
    memory: {
      pace: throughput,
      standing,
      ...(untaken && { untaken }),
      ...(stuck && { stuck }),
      ...(waiting && { waiting: waiting.window }),
    },
  };
}

/** Enough idle agents that a job which stays scheduled cannot match their tags. */
function hasIdleAgents({ agentsIdle = 0, running }: Metrics): boolean {
  return agentsIdle > running * LEAST_IDLE_SHARE;
}

function stuckJobs(metrics: Metrics, memory: DemandMemory, now: number): Pick<DemandMemory, "untaken" | "stuck"> {
  const { scheduled } = metrics;
  // Fewer scheduled jobs than stuck ones: some were taken, so none is known to be stuck.
  const stuck = memory.stuck !== undefined && scheduled >= memory.stuck.jobs ? memory.stuck : undefined;
  if (!hasIdleAgents(metrics) || scheduled === 0) return { ...(stuck && { stuck }) };
  const untaken = withValue(memory.untaken, now, scheduled, UNTAKEN_SECONDS);
  const jobs = minimumOf(untaken, now, UNTAKEN_SECONDS);
  if (jobs === undefined || jobs === 0) return { untaken, ...(stuck && { stuck }) };
  return { untaken, stuck: { jobs, ...nextProbe(stuck, jobs, now) } };
}

/** Idle agents do not take them now, so the next probe is put off; after a probe without success, by twice the time. */
function nextProbe(stuck: Stuck | undefined, jobs: number, now: number): Omit<Stuck, "jobs"> {
  if (jobs >= MANY_STUCK_JOBS) {
    return { probeAt: now + PROBE_OF_MANY_SECONDS, probeAfterSeconds: PROBE_OF_MANY_SECONDS };
  }
  const last = stuck?.probeAfterSeconds ?? FIRST_PROBE_SECONDS;
  const probed = stuck !== undefined && now >= stuck.probeAt;
  const probeAfterSeconds = probed ? Math.min(2 * last, LAST_PROBE_SECONDS) : last;
  return { probeAt: now + probeAfterSeconds, probeAfterSeconds };
}

function unblocked({ waiting }: Metrics, memory: DemandMemory, now: number) {
  const window = withValue(memory.waiting, now, waiting, BLOCKED_SECONDS);
  return { jobs: waiting - (minimumOf(window, now, BLOCKED_SECONDS) ?? 0), window };
}
