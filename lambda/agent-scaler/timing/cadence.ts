/** What determines the next poll. Times are epoch seconds. */
export interface Cadence {
  /** Seconds between two polls, from the settings and Buildkite's header. */
  readonly intervalSeconds: number;
  /** A poll that starts later may overlap with the next invocation. */
  readonly deadline: number;
  /** Buildkite asked for no poll before this time. */
  readonly notBefore: number;
  /** Since when all queues have been quiet; null: they are not. */
  readonly quietSince: number | null;
}

/** Queues that have been quiet for this long are polled once per invocation: their first job waits up to a minute longer. */
const QUIET_AFTER_SECONDS = 2 * 3600;

/** The time of the next poll, or undefined where the invocation is over. */
export function nextPoll(
  { intervalSeconds, deadline, notBefore, quietSince }: Cadence,
  lastStart: number,
  now: number,
) {
  // The clock was set back, so the deadline has no meaning.
  if (now < lastStart) return undefined;
  if (quietSince !== null && now - quietSince >= QUIET_AFTER_SECONDS) return undefined;
  const at = Math.max(lastStart + intervalSeconds, notBefore, now);
  return at < deadline ? at : undefined;
}

/** The longer of the interval and the seconds in Buildkite's header. */
export function pauseSeconds(intervalSeconds: number, header: string | undefined): number {
  const asked = header !== undefined && /^[+-]?\d+$/.test(header) ? Number(header) : 0;
  return Math.max(intervalSeconds, asked);
}
