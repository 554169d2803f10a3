import type { Metrics, Throughput } from "./model";

const DECAY_SECONDS = 3600;
/** A longer time between two polls counts as this long. */
const LONGEST_GAP_SECONDS = 120;
/** Fewer finished jobs are too few for an estimate. */
const LEAST_FINISHED = 10;

/** New jobs offset finished ones in the count, so the throughput is never overestimated, unless jobs are cancelled. */
export function throughputAfter(
  before: Throughput | undefined,
  { scheduled, running, waiting }: Metrics,
  now: number,
): Throughput {
  const unfinished = scheduled + running + waiting;
  if (before === undefined || now < before.at) return { at: now, unfinished, finished: 0, busySeconds: 0 };
  const seconds = Math.min(now - before.at, LONGEST_GAP_SECONDS);
  const kept = Math.exp(-seconds / DECAY_SECONDS);
  const finished = Math.min(Math.max(before.unfinished - unfinished, 0), running + 1);
  return {
    at: now,
    unfinished,
    finished: before.finished * kept + finished,
    busySeconds: before.busySeconds * kept + running * seconds,
  };
}

/** Jobs that the busy agents will have taken after this many seconds; at most one each. */
export function takenWithin(seconds: number, { finished, busySeconds }: Throughput, running: number): number {
  if (finished < LEAST_FINISHED || busySeconds === 0) return 0;
  return Math.floor(running * Math.min((finished / busySeconds) * seconds, 1));
}
