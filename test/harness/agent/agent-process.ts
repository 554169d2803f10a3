import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "../processes";

/** A real agent, where there is one: without it the tests run with the stand-in, which speaks the same API. */
export const realAgent = process.env["BUILDKITE_AGENT_BINARY"] ?? "";
export const agentBinary = realAgent === "" ? join(__dirname, "buildkite-agent") : realAgent;

/** One line for who reads the tests' output. */
export function saysWhichAgent(): string {
  const version = execFileSync(agentBinary, ["--version"], { encoding: "utf8" }).trim();
  const real = "Where BUILDKITE_AGENT_BINARY names a real agent, they run with that.";
  return realAgent === "" ? `These tests run with the agent's stand-in. ${real}` : `These tests run with ${version}.`;
}

const job = {
  BUILDKITE: "true",
  BUILDKITE_AGENT_NAME: "agent",
  BUILDKITE_BUILD_ID: "0190-build",
  BUILDKITE_ORGANIZATION_SLUG: "acme",
  BUILDKITE_PIPELINE_SLUG: "app",
  BUILDKITE_PIPELINE_PROVIDER: "git",
  BUILDKITE_REPO: "https://git.example.com/acme/app.git",
  BUILDKITE_SKIP_CHECKOUT: "true",
  BUILDKITE_BRANCH: "main",
  BUILDKITE_COMMIT: "HEAD",
  BUILDKITE_COMMAND: "true",
};

/** Jobs as fake_agent_api.py reads them. */
export function jobsFile(jobs: readonly Readonly<Record<string, string>>[]): string {
  return JSON.stringify(jobs.map((one, number) => ({ ...job, BUILDKITE_JOB_ID: `0190-job-${number}`, ...one })));
}

/** The agent's configuration; each version passes over the keys of the other. */
export function agentFile(
  folder: string,
  endpoint: string,
  graceSeconds: number,
  more: readonly string[] = [],
): string {
  const lines = [
    "name=agent",
    "token=registration-token",
    `endpoint=${endpoint}`,
    `build-path=${folder}/builds`,
    `plugins-path=${folder}/plugins`,
    `cancel-grace-period=${graceSeconds + 1}`,
    `cancel-signal-timeout=${graceSeconds}s`,
    "cancel-cleanup-timeout=1s",
    ...more,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

export interface AgentOptions {
  readonly jobs?: readonly Readonly<Record<string, string>>[];
  readonly graceSeconds?: number;
  /** Further lines of its configuration; the key's file is KEY there. */
  readonly config?: readonly string[];
  readonly key?: string;
  readonly hooks?: Readonly<Record<string, string>>;
  /** The status that it gets for registering. */
  readonly register?: number;
}

/** An agent, and the API that it speaks to, without a machine around them. */
export class AgentProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), "agent-"));
  private readonly children: ChildProcess[] = [];
  private agent: ChildProcess | undefined;
  private code: number | string | undefined;

  static async start(options: AgentOptions): Promise<AgentProcess> {
    const one = new AgentProcess();
    for (const [name, body] of Object.entries(options.hooks ?? {})) one.write(`hooks/${name}`, body, 0o755);
    one.write("jobs.json", jobsFile(options.jobs ?? []));
    one.write("calls", "").write("logs", "");
    if (options.register !== undefined) one.write("register", String(options.register));
    one.spawn(join(__dirname, "fake_agent_api.py"), [one.folder, "0"], { PORT_FILE: join(one.folder, "port") });
    await one.reaches(() => one.read("port") !== "");
    one.write("key.json", options.key ?? "");
    const config = (options.config ?? []).map((line) => line.replace("KEY", join(one.folder, "key.json")));
    const endpoint = `http://127.0.0.1:${one.read("port")}`;
    const lines = [`hooks-path=${one.folder}/hooks`, ...config];
    one.write("agent.cfg", agentFile(one.folder, endpoint, options.graceSeconds ?? 59, lines));
    one.agent = one.spawn(agentBinary, ["start", "--config", join(one.folder, "agent.cfg")]);
    one.agent.on("exit", (code, signal) => (one.code = code ?? signal ?? -1));
    return one;
  }

  signal(name: NodeJS.Signals): void {
    this.agent!.kill(name);
  }

  get calls(): readonly string[] {
    return this.read("calls").split("\n").filter(Boolean);
  }

  get log(): string {
    return this.read("logs");
  }

  /** Until that has happened. */
  async saw(call: string): Promise<void> {
    await this.reaches(() => this.calls.includes(call));
  }

  /** The agent's exit code, when it has ended. */
  async ended(): Promise<number | string> {
    await this.reaches(() => this.code !== undefined);
    return this.code!;
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  get path(): string {
    return this.folder;
  }

  write(name: string, content: string, mode = 0o644): this {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return this;
  }

  stop(): void {
    for (const child of this.children) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private read(name: string): string {
    return this.has(name) ? readFileSync(join(this.folder, name), "utf8") : "";
  }

  private async reaches(question: () => boolean): Promise<void> {
    if (!(await until(question, 180_000))) throw new Error(`the agent's calls were only: ${this.calls.join(", ")}`);
  }

  private spawn(program: string, words: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: this.folder, TMPDIR: this.folder, ...more };
    const child = spawn(program, words, { env, stdio: "ignore" });
    this.children.push(child);
    return child;
  }
}
