import { jsonLog } from "../../lambda/shared/log";
import type { Log } from "../../lambda/shared/log";

export const LOG_TIME = "2026-01-02T03:04:05.000Z";

/** The real log with a fixed clock, its lines kept in memory. */
export function recordedLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = jsonLog(
    () => new Date(LOG_TIME),
    (line) => lines.push(line),
  );
  return { log, lines };
}
