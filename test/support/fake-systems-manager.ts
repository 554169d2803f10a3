import type { OperatingSystem } from "../../lambda/stop-buildkite-agents/request";
import type { Commands } from "../../lambda/stop-buildkite-agents/run";

export interface SentCommand {
  readonly ids: readonly string[];
  readonly system: OperatingSystem;
  readonly timeoutSeconds: number;
}

/** Run Command in memory: all of a batch is refused when one instance is unknown, as Systems Manager does. */
export class FakeSystemsManager implements Commands {
  readonly sent: SentCommand[] = [];
  /** Instances whose SSM agent is not connected. */
  readonly unknown = new Set<string>();
  /** A batch with one of these ends in an error. */
  readonly failing = new Set<string>();
  attempts = 0;

  stopAgents(ids: readonly string[], system: OperatingSystem, timeoutSeconds: number): Promise<"sent" | "refused"> {
    this.attempts += 1;
    if (ids.length > 50) return Promise.reject(new Error(`at most 50 instance ids, got ${String(ids.length)}`));
    if (ids.some((id) => this.failing.has(id))) return Promise.reject(new Error("Rate exceeded"));
    if (ids.some((id) => this.unknown.has(id))) return Promise.resolve("refused");
    this.sent.push({ ids, system, timeoutSeconds });
    return Promise.resolve("sent");
  }
}
