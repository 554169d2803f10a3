export type Level = "info" | "warn" | "error";

type LogField = string | number | boolean | null | readonly string[];

/** A field cannot replace the three that every line has. */
export type LogFields = Readonly<Record<string, LogField>> & { time?: never; level?: never; message?: never };

export type Log = (level: Level, message: string, fields?: LogFields) => void;

/** One JSON line per event, so that CloudWatch Logs Insights finds each field by its name. */
export function jsonLog(now: () => Date, write: (line: string) => void): Log {
  return (level, message, fields = {}) =>
    write(JSON.stringify({ time: now().toISOString(), level, message, ...fields }) + "\n");
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
