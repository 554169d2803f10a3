import type { Metrics } from "./decide";

/** How fast jobs finish, as far as the number of unfinished jobs tells. Times are epoch seconds. */
export interface Pace {
  readonly at: number;
  readonly unfinished: number;
  /** Finished jobs and the seconds that agents worked on jobs; both fade. */
  readonly finished: number;
  readonly busySeconds: number;
}

const FADING_SECONDS = 3600;
/** Nothing is known of the time between two polls that lie further apart. */
const LONGEST_GAP_SECONDS = 120;
/** Fewer say too little. */
const LEAST_FINISHED = 10;

/** New jobs hide finished ones, so that the pace is never taken for faster than it is, unless jobs are cancelled. */
export function followPace(before: Pace | undefined, { scheduled, running, waiting }: Metrics, now: number): Pace {
  const unfinished = scheduled + running + waiting;
  if (before === undefined || now < before.at) return { at: now, unfinished, finished: 0, busySeconds: 0 };
  const seconds = Math.min(now - before.at, LONGEST_GAP_SECONDS);
  const kept = Math.exp(-seconds / FADING_SECONDS);
  const finished = Math.min(Math.max(before.unfinished - unfinished, 0), running + 1);
  return {
    at: now,
    unfinished,
    finished: before.finished * kept + finished,
    busySeconds: before.busySeconds * kept + running * seconds,
  };
}

/** Jobs that the agents which are at work now will have taken after so many seconds; at most one each. */
export function takenWithin(seconds: number, { finished, busySeconds }: Pace, running: number): number {
  if (finished < LEAST_FINISHED || busySeconds === 0) return 0;
  return Math.floor(running * Math.min((finished / busySeconds) * seconds, 1));
}
