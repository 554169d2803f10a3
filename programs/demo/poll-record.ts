/** The fields of AgentScaler's poll record that the demo reads. */
export interface Poll {
  readonly decision: {
    readonly action: "none" | "scale_out" | "scale_in";
    readonly reason: string;
    readonly need: number;
  };
  readonly vector: { readonly asg: { readonly desired: number } };
  /** The group's new size, where it was changed. */
  readonly written: number | null;
}

/** The poll records in the log of an invocation. */
export function pollsIn(log: string): Poll[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Partial<Poll> & { readonly message?: string })
    .filter((line): line is Poll => line.message === "poll" && line.decision !== undefined);
}

/** A decision in a few words. */
export function decisionInWords({ decision, vector, written }: Poll): string {
  const { action, reason, need } = decision;
  if (written === null || action === "none") return `hold: ${reason}`;
  const because = reason === "jobs" ? `${need} jobs` : reason;
  return `${action === "scale_out" ? "grow" : "shrink"} ${vector.asg.desired} to ${written}: ${because}`;
}
