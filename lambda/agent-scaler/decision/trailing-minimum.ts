/** The minimum of a value over a trailing time span, in few slots, because it is part of every poll record. */
export interface TrailingMinimum {
  /** Epoch seconds of the first value. */
  readonly since: number;
  /** Oldest first; `at` is the start of the slot. */
  readonly slots: readonly { readonly at: number; readonly least: number }[];
}

const SLOTS = 6;

/** The window with a value observed at `now`. */
export function withValue(window: TrailingMinimum | undefined, now: number, value: number, spanSeconds: number) {
  // A clock that was set back makes the old slots meaningless.
  const kept = window === undefined || now < window.since ? { since: now, slots: [] } : window;
  const length = spanSeconds / SLOTS;
  // One slot more than the span, because the newest is not full yet.
  const recent = kept.slots.filter(({ at }) => now - at < spanSeconds + length);
  const last = recent.at(-1);
  const slots =
    last !== undefined && now - last.at < length
      ? [...recent.slice(0, -1), { at: last.at, least: Math.min(last.least, value) }]
      : [...recent, { at: now, least: value }];
  // After a gap nobody knows what was in between.
  return { since: recent.length === 0 ? now : kept.since, slots };
}

/** undefined: the window does not cover its whole span yet. */
export function minimumOf(window: TrailingMinimum, now: number, spanSeconds: number): number | undefined {
  if (now - window.since < spanSeconds) return undefined;
  return Math.min(...window.slots.map(({ least }) => least));
}
