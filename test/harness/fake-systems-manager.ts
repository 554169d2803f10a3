import type { OperatingSystem } from "../../lambda/shared/run-command";
import type { Commands } from "../../lambda/stop-buildkite-agents/run";

export interface SentCommand {
  readonly ids: readonly string[];
  readonly system: OperatingSystem;
  readonly timeoutSeconds: number;
}

/** What a command came to on an instance. */
export interface CommandOutcome {
  readonly status: string;
  readonly output: string;
}

export interface FakeParameter {
  value: string;
  readonly type: "String" | "SecureString";
  version: number;
}

const NOTHING_SAID: CommandOutcome = { status: "Success", output: "" };

/** Parameters and Run Command in memory: all of a batch is refused when one instance is unknown, as Systems Manager does. */
export class FakeSystemsManager implements Commands {
  readonly sent: SentCommand[] = [];
  /** Instances whose SSM agent is not connected. */
  readonly unknown = new Set<string>();
  /** A batch with one of these ends in an error. */
  readonly failing = new Set<string>();
  readonly outcomes = new Map<string, CommandOutcome>();
  readonly parameters = new Map<string, FakeParameter>();
  attempts = 0;

  stopAgents(ids: readonly string[], system: OperatingSystem, timeoutSeconds: number): Promise<"sent" | "refused"> {
    this.attempts += 1;
    if (ids.length > 50) return Promise.reject(new Error(`at most 50 instance ids, got ${String(ids.length)}`));
    if (ids.some((id) => this.failing.has(id))) return Promise.reject(new Error("Rate exceeded"));
    if (ids.some((id) => this.unknown.has(id))) return Promise.resolve("refused");
    this.sent.push({ ids, system, timeoutSeconds });
    return Promise.resolve("sent");
  }

  /** What the last command that went to the instance came to. */
  outcome(id: string): CommandOutcome {
    return this.outcomes.get(id) ?? NOTHING_SAID;
  }

  secret(name: string, value: string): FakeParameter {
    return this.store(name, value, "SecureString");
  }

  store(name: string, value: string, type: FakeParameter["type"] = "String"): FakeParameter {
    const parameter = { value, type, version: (this.parameters.get(name)?.version ?? 0) + 1 };
    this.parameters.set(name, parameter);
    return parameter;
  }
}
