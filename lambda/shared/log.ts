export type Level = "info" | "warn" | "error";

type LogField = string | number | boolean | null | readonly string[];

/** The three names every line has cannot be overwritten by a field. */
export type LogFields = Readonly<Record<string, LogField>> & { time?: never; level?: never; message?: never };

export type Log = (level: Level, message: string, fields?: LogFields) => void;

/** One JSON line per event, so that CloudWatch Logs Insights finds each field by its name. */
export function jsonLog(now: () => Date, write: (line: string) => void): Log {
  return (level, message, fields = {}) =>
    write(JSON.stringify({ time: now().toISOString(), level, message, ...fields }) + "\n");
}

/** What a log says of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
