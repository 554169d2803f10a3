import type { InvocationResult, Instances, Script } from "../../../lambda/agent-scaler/ports";
import type { OperatingSystem } from "../../../lambda/shared/run-command";

export interface FakeInstance {
  system?: OperatingSystem;
  /** In the words of the survey scripts. */
  state?: string;
  jobs?: number;
  /** What a survey brings instead of the script's line. */
  output?: string | undefined;
}

interface Sent {
  readonly script: Script;
  readonly ids: readonly string[];
  readonly system: OperatingSystem;
}

/** Instances behind Systems Manager, in memory. An idle agent with one process is told to stop and then drains. */
export class FakeInstances implements Instances {
  readonly instances = new Map<string, FakeInstance>();
  readonly offline = new Set<string>();
  /** A batch with one of these is refused as a whole. */
  readonly refused = new Set<string>();
  /** A call that concerns one of these, or a command of this name, ends in an error. */
  readonly failing = new Set<string>();
  /** Instances whose answers never come. */
  readonly silent = new Set<string>();
  readonly sent: Sent[] = [];
  readonly unhealthy: string[] = [];

  add(id: string, instance: FakeInstance = {}): this {
    this.instances.set(id, instance);
    return this;
  }

  online(ids: readonly string[]): Promise<ReadonlyMap<string, OperatingSystem> | undefined> {
    return this.call(ids, () => {
      const found = ids.filter((id) => this.instances.has(id) && !this.offline.has(id));
      return new Map(found.map((id) => [id, this.instances.get(id)?.system ?? "linux"]));
    });
  }

  send(script: Script, ids: readonly string[], system: OperatingSystem): Promise<string | undefined> {
    return this.call([script, ...ids], () => {
      this.sent.push({ script, ids, system });
      if (script === "stop") for (const id of ids) this.stop(id);
      return `command-${String(this.sent.length - 1)}`;
    });
  }

  async results(command: string): Promise<readonly InvocationResult[]> {
    const { ids = [] } = this.sent[Number(command.replace("command-", ""))] ?? {};
    const answers = await this.call([command], () => ids.map((id) => this.answer(id)));
    return answers ?? [];
  }

  async markUnhealthy(id: string): Promise<void> {
    await this.call([id], () => this.unhealthy.push(id));
  }

  /** Ids of every command with this script, one list for each command. */
  ids(script: Script): (readonly string[])[] {
    return this.sent.filter((one) => one.script === script).map((one) => one.ids);
  }

  private answer(id: string): InvocationResult {
    if (this.silent.has(id)) return { id, finished: false };
    const { state = "active", jobs = 0, ...instance } = this.instances.get(id) ?? {};
    const output = "output" in instance ? instance.output : `buildkite-agent state=${state} jobs=${String(jobs)}\n`;
    return output === undefined ? { id, finished: true } : { id, finished: true, output };
  }

  private stop(id: string): void {
    const instance = this.instances.get(id);
    if (instance !== undefined && (instance.jobs ?? 0) === 0) instance.state = "deactivating";
  }

  private call<T>(concerned: readonly string[], perform: () => T): Promise<T | undefined> {
    if (concerned.filter((id) => id.startsWith("i-")).length > 50) return Promise.reject(new Error("at most 50 ids"));
    if (concerned.some((one) => this.failing.has(one))) return Promise.reject(new Error("Rate exceeded"));
    return Promise.resolve(concerned.some((id) => this.refused.has(id)) ? undefined : perform());
  }
}
