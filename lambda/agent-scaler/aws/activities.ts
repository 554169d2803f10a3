/** One entry of a group's history. */
export interface Activity {
  readonly status: string;
  readonly cause: string;
  /** Epoch seconds. */
  readonly start: number;
}

/** When a user last set the group's size, in epoch seconds; null: never. */
export interface LastEvents {
  readonly lastScaleOut: number | null;
  readonly lastScaleIn: number | null;
}

export interface ActivityPage {
  readonly activities: readonly Activity[];
  readonly next: string | undefined;
}

/** How much of the history is looked at. */
export interface Search {
  readonly wantOut: boolean;
  readonly wantIn: boolean;
  /** Below 0: all. */
  readonly maxPages: number;
  /** What began earlier, in epoch seconds, no longer matters. */
  readonly since?: number;
}

const SET_BY_USER = "a user request explicitly set group desired capacity changing the desired capacity";

/** Reads the history, newest first, until the wanted events are found; throws where the page limit ends it before. */
export async function lastEvents(
  page: (token: string | undefined) => Promise<ActivityPage>,
  { wantOut, wantIn, maxPages, since = -Infinity }: Search,
): Promise<LastEvents> {
  const found: { lastScaleOut: number | null; lastScaleIn: number | null } = { lastScaleOut: null, lastScaleIn: null };
  let token: string | undefined;
  for (let pages = 0; maxPages < 0 || pages < maxPages; pages++) {
    const { activities, next } = await page(token);
    for (const activity of activities.filter(isEvent)) {
      if (activity.cause.includes("increasing the capacity")) found.lastScaleOut ??= activity.start;
      else if (activity.cause.includes("shrinking the capacity")) found.lastScaleIn ??= activity.start;
    }
    const missing = (wantOut && found.lastScaleOut === null) || (wantIn && found.lastScaleIn === null);
    const pastAll = activities.some(({ start }) => start < since);
    if (next === undefined || pastAll || (!missing && (wantOut || wantIn))) return found;
    token = next;
  }
  throw new Error(`the group's last events are not on the first ${String(maxPages)} pages of its history`);
}

function isEvent({ status, cause }: Activity): boolean {
  return status === "Successful" && cause.includes(SET_BY_USER);
}
