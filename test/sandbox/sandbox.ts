import { randomUUID } from "node:crypto";
import { chmodSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type Outcome, run, type Running, start, until } from "../support/processes";
import { AwsFront } from "./aws-front";
import type { Cloud, Instance } from "./cloud";
import { Imds } from "./imds";
import { type SandboxTools, sandboxTools } from "./sandbox-tools";
import { type Call, type Job, SharedFolder, type StandInAnswer } from "./shared-folder";

export interface SandboxOptions {
  readonly cloud: Cloud;
  /** How many seconds of the machine pass in one of the test's, for what sleeps and looks at the clock. */
  readonly speed?: number;
  /** Instead of the launch template's. */
  readonly userData?: Buffer;
  /** Whether the group has no instance to spare, whatever it has had before. */
  readonly atMinimum?: boolean;
}

export interface RunOptions {
  /** Whether every program that starts meanwhile is written down, with its arguments. */
  readonly traced?: boolean;
  readonly user?: "root" | "buildkite-agent";
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** A job that the running agent was given. */
export interface QueuedJob {
  readonly started: () => Promise<boolean>;
  readonly isTaken: () => boolean;
  readonly ended: (timeoutMs?: number) => Promise<Job>;
}

export interface ChangedFile {
  readonly path: string;
  /** Such as "644 root:root". */
  readonly access: string;
}

const ROOT = { HOME: "/root", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
const AGENT = { HOME: "/var/lib/buildkite-agent", PATH: "/usr/local/bin:/usr/bin" };
/** The tracer stays with what the command leaves behind, so it must not hold the command's output. */
const TRACED = `strace -D -f -qq -e trace=execve -s 100000 -A -o /run/sandbox/executions bash -c "$command" >"$output" 2>&1
code=$?
cat "$output"
exit $code`;
/** A command that leaves no room for anything on the machine's disk; /run and /tmp lie in memory. */
export const FILL_DISK = `mount -o "remount,size=$(df -B1 --output=used /run/sandbox/disk | tail -n 1 | tr -d ' ')" /run/sandbox/disk`;
const MAC = "02:00:00:00:00:01";

/** An instance without a cloud: image and user data on a root of their own, with processes and a network of their own. */
export class Sandbox {
  readonly imds = new Imds();
  readonly aws: AwsFront;
  private readonly shared: SharedFolder;
  private readonly servers: Server[] = [];
  private process: Running | undefined;
  private pid = 0;

  private constructor(
    readonly cloud: Cloud,
    readonly instance: Instance,
    private readonly tools: SandboxTools,
    { speed = 1, atMinimum = false }: SandboxOptions,
  ) {
    this.aws = new AwsFront(cloud.emulator.endpoint, (request) => cloud.correct(request, atMinimum));
    this.aws.onDone(/^TerminateInstanceInAutoScalingGroup$/, () => {
      this.imds.set("autoscaling/target-lifecycle-state", "Terminated");
    });
    this.aws.onDone(/^CompleteLifecycleAction$/, () => {
      this.isTaken = true;
    });
    this.shared = new SharedFolder(tools, speed);
  }

  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options.cloud, await options.cloud.launch(), await sandboxTools(), options);
    try {
      sandbox.describeInstance(options.userData ?? sandbox.instance.userData);
      await sandbox.enter();
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  /** Runs a command of bash to its end. */
  run(command: string, options: RunOptions = {}): Promise<Outcome> {
    const { user = "root", env = {}, input, timeoutMs = 120_000, traced = false } = options;
    const isRoot = user === "root";
    const trace = traced ? { command, output: `/run/sandbox/journal/output-${randomUUID()}` } : {};
    const variables = { ...(isRoot ? ROOT : AGENT), USER: user, LANG: "C.UTF-8", ...trace, ...env };
    const words = Object.entries(variables).map(([name, content]) => `${name}=${content}`);
    const as = isRoot ? [] : ["setpriv", "--reuid", user, "--regid", user, "--init-groups"];
    const where = ["--target", String(this.pid), "--mount", "--net", "--pid"];
    const inside = [...as, "env", "-i", ...words, "bash", "-c", traced ? TRACED : command];
    return run("nsenter", [...where, ...inside], { timeoutMs, ...(input !== undefined && { input }) });
  }

  /** The same for a command that must succeed; its output. */
  async must(command: string, options?: RunOptions): Promise<string> {
    const outcome = await this.run(command, options);
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(`${command} ended with ${String(outcome.code)}:\n${outcome.output}`);
  }

  /** A file's content; empty where there is no such file. */
  async read(path: string): Promise<string> {
    return (await this.run('cat -- "$file" 2>/dev/null', { env: { file: path } })).stdout;
  }

  async write(path: string, content: string, mode = "0644"): Promise<void> {
    const command = 'mkdir -p "$(dirname "$file")" && cat >"$file" && chmod "$mode" "$file"';
    await this.must(command, { env: { file: path, mode }, input: content });
  }

  /** What cloud-init does at a boot: the user data's files at the first one, its scripts at every one. */
  boot(options?: RunOptions): Promise<Outcome> {
    return this.run("/run/sandbox/python /run/sandbox/machine/cloud_init.py", options);
  }

  /** Ends every process, empties memory, and starts what systemd starts at a boot. */
  async reboot(): Promise<void> {
    await this.run("kill -KILL -1");
    await this.must("find /run /tmp -mindepth 1 -maxdepth 1 ! -name sandbox -exec rm -rf {} +");
    await this.must("systemctl boot");
  }

  /** What the stand-ins were asked, in order; only those of a program, where it is named. */
  calls(program?: string): readonly Call[] {
    return this.shared.calls().filter((call) => program === undefined || call.program === program);
  }

  /** The same as lines, such as "systemctl daemon-reload". */
  commands(program?: string): string[] {
    return this.calls(program).map((call) => [call.program, ...call.arguments].join(" "));
  }

  /** From now on the stand-in answers so where its arguments, with blanks between them, fit. */
  answer(program: string, fitting: RegExp, answer: StandInAnswer, when: { after?: number; times?: number } = {}): this {
    this.shared.answer(program, fitting, answer, when);
    return this;
  }

  /** One line for every program that was started under the eyes of `traced`, with all its arguments. */
  executions(): readonly string[] {
    return this.shared.read("executions").split("\n").filter(Boolean);
  }

  /** Files that differ from those of a new machine: path, and who may do what with them. */
  async changes(): Promise<readonly ChangedFile[]> {
    const command = `cd /run/sandbox/disk/changes && find . -type f -printf '%P\\t%m %u:%g\\n'`;
    const lines = (await this.must(command)).split("\n").filter(Boolean);
    return lines.map((line) => ({ path: `/${line.split("\t")[0]!}`, access: line.split("\t")[1]! }));
  }

  /** Runs a job as the agent's user, hooks and all, without a running agent. */
  async job(environment: Readonly<Record<string, string>> = {}, timeoutMs = 60_000): Promise<Job> {
    const name = this.shared.addJob(environment, "direct");
    const command = `exec buildkite-agent job /run/sandbox/jobs/${name}.direct`;
    const outcome = await this.run(command, { user: "buildkite-agent", env: { TMPDIR: "/var/tmp" }, timeoutMs });
    if (this.shared.has(`jobs/${name}.result`)) return this.shared.job(name);
    throw new Error(`the job broke off:\n${outcome.output}`);
  }

  /** Gives a job to the running agent. */
  queue(environment: Readonly<Record<string, string>> = {}): QueuedJob {
    const name = this.shared.addJob(environment, "json");
    return {
      started: () => until(() => this.shared.has(`jobs/${name}.log`), 30_000),
      isTaken: () => !this.shared.has(`jobs/${name}.json`),
      ended: async (timeoutMs = 60_000) => {
        if (await until(() => this.shared.has(`jobs/${name}.result`), timeoutMs)) return this.shared.job(name);
        throw new Error(`job ${name} did not end`);
      },
    };
  }

  /** Whether the group's lifecycle action is completed: EC2 ends the machine then. */
  isTaken = false;

  /** Waits until the machine is gone, by itself or by EC2. */
  gone(timeoutMs: number): Promise<boolean> {
    return until(() => this.isOff || this.isTaken, timeoutMs);
  }

  /** Whether the machine has switched itself off. */
  get isOff(): boolean {
    return this.shared.has("powered-off");
  }

  /** Ends the machine with everything in it. */
  async stop(): Promise<void> {
    // Process 1 of the namespace takes all others with it; SIGTERM means nothing to it.
    await this.process?.stop(0);
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    this.shared.remove();
  }

  private describeInstance(userData: Buffer): void {
    const { id, region, group } = this.instance;
    const times = { Expiration: "2099-01-01T00:00:00Z", LastUpdated: "2020-01-01T00:00:00Z" };
    const keys = { Code: "Success", Type: "AWS-HMAC", AccessKeyId: "AKIAEXAMPLE", SecretAccessKey: "s", Token: "t" };
    this.imds
      .set("instance-id", id)
      .set("instance-type", "m5.large")
      .set("mac", MAC)
      .set(`network/interfaces/macs/${MAC}/vpc-ipv4-cidr-blocks`, "10.0.0.0/16")
      .set("placement/region", region)
      .set("placement/availability-zone", `${region}a`)
      .set("autoscaling/target-lifecycle-state", "InService")
      .set("tags/instance/aws:autoscaling:groupName", group)
      .set("iam/security-credentials/role", JSON.stringify({ ...keys, ...times }))
      .set("user-data", userData);
  }

  private async enter(): Promise<void> {
    await this.listen("imds", this.imds.answer);
    await this.listen("aws", this.aws.answer);
    const doors = ["169.254.169.254:80=/run/sandbox/imds.sock", "127.0.0.1:5000=/run/sandbox/aws.sock"];
    const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
    const words = [this.shared.in("machine/root.sh"), this.shared.path, this.tools.python, ...doors];
    const process = start("unshare", [...namespaces, "bash", ...words]);
    this.process = process;
    const isReady = () => process.output().includes("ready\n");
    if (!(await until(isReady, 20_000, 10))) throw new Error(`the sandbox did not start:\n${process.output()}`);
    this.pid = Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim());
    await this.must('/run/sandbox/machine/prepare.sh "$aws"', { env: { aws: this.tools.aws } });
  }

  private async listen(name: string, answer: RequestListener): Promise<void> {
    const server = createServer(answer);
    this.servers.push(server);
    const path = this.shared.in(`${name}.sock`);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    chmodSync(path, 0o666);
  }
}
