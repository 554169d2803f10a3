const LONGEST_PAUSE_SECONDS = 60;

/** Polls in which every queue failed at Buildkite, and what Buildkite asked for in its Retry-After headers. */
export interface BuildkiteFailures {
  readonly inARow: number;
  readonly retryAfterSeconds: readonly number[];
}

/** Seconds to pause before the next poll; 0: none. Random, so that many scalers do not retry together. */
export function backoffSeconds(
  { inARow, retryAfterSeconds }: BuildkiteFailures,
  intervalSeconds: number,
  random: () => number,
): number {
  const asked = Math.max(0, ...retryAfterSeconds);
  if (asked > 0) return asked;
  if (inARow === 0) return 0;
  const longest = Math.min(intervalSeconds * 2 ** inARow, LONGEST_PAUSE_SECONDS);
  return longest * (0.5 + 0.5 * random());
}
