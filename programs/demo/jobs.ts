import { RandomNumbers } from "../../test/harness/random-numbers";

export interface Job {
  /** Seconds since the start. */
  readonly arrives: number;
  /** How long an agent works on it. */
  readonly seconds: number;
}

/** Jobs that arrive evenly over a time, in seconds since the start. */
interface Wave {
  readonly from: number;
  readonly to: number;
  readonly jobs: number;
}

/** Many pushes at once, a pause, and a second, smaller wave. */
const WAVES: readonly Wave[] = [
  { from: 2, to: 5, jobs: 26 },
  { from: 30, to: 34, jobs: 12 },
];
const SHORTEST_SECONDS = 4;
const LONGEST_SECONDS = 9;

/** The same jobs for the same seed, in order of arrival. */
export function demoJobs(seed: number, waves = WAVES): Job[] {
  const random = new RandomNumbers(seed);
  const jobs = waves.flatMap(({ from, to, jobs: count }) =>
    Array.from({ length: count }, () => ({
      arrives: from + (to - from) * random.next(),
      seconds: SHORTEST_SECONDS + (LONGEST_SECONDS - SHORTEST_SECONDS) * random.next(),
    })),
  );
  return jobs.sort((a, b) => a.arrives - b.arrives);
}
