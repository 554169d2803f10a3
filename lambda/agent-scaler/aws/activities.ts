/** One scaling activity of a group. */
export interface Activity {
  readonly status: string;
  readonly cause: string;
  /** Epoch seconds. */
  readonly start: number;
}

/** When a user request last changed the desired capacity, in epoch seconds; null: never. */
export interface LastEvents {
  readonly lastScaleOut: number | null;
  readonly lastScaleIn: number | null;
}

export interface ActivityPage {
  readonly activities: readonly Activity[];
  readonly next: string | undefined;
}

/** Which activities are searched for, and how far back. */
export interface ActivitySearch {
  readonly wantOut: boolean;
  readonly wantIn: boolean;
  /** Below 0: all. */
  readonly maxPages: number;
  /** Epoch seconds; activities that began earlier are not needed. */
  readonly since?: number;
}

const SET_BY_USER = "a user request explicitly set group desired capacity changing the desired capacity";

/** Reads the activities, newest first, until the wanted events are found. Throws where the page limit is reached before. */
export async function lastEvents(
  page: (token: string | undefined) => Promise<ActivityPage>,
  { wantOut, wantIn, maxPages, since = -Infinity }: ActivitySearch,
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
