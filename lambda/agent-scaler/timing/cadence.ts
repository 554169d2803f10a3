/** When the next poll is due and when an invocation ends. All times are epoch seconds. */
export interface Cadence {
  /** What the settings and Buildkite's header ask for between two polls. */
  readonly intervalSeconds: number;
  /** Start of the first poll after this time would run into the next invocation. */
  readonly deadline: number;
  /** Buildkite asked for no poll before this time. */
  readonly notBefore: number;
  /** Since when nothing has happened in any queue; null: something does. */
  readonly quietSince: number | null;
}

/** A queue that slept for so long is looked at once per invocation: its first job waits up to a minute longer. */
const QUIET_SECONDS = 2 * 3600;

/** The time of the next poll, or undefined where the invocation is over. */
export function nextPoll(
  { intervalSeconds, deadline, notBefore, quietSince }: Cadence,
  lastStart: number,
  now: number,
) {
  // A clock that was set back: when this invocation's time is over is not known any more.
  if (now < lastStart) return undefined;
  if (quietSince !== null && now - quietSince >= QUIET_SECONDS) return undefined;
  const at = Math.max(lastStart + intervalSeconds, notBefore, now);
  return at < deadline ? at : undefined;
}

/** Buildkite's header only ever makes the pause longer. */
export function pauseSeconds(intervalSeconds: number, header: string | undefined): number {
  const asked = header !== undefined && /^[+-]?\d+$/.test(header) ? Number(header) : 0;
  return Math.max(intervalSeconds, asked);
}
