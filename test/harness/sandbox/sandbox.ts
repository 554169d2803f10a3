import { chmodSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type Outcome, type Running, start, until } from "../processes";
import { AwsFront } from "./aws-front";
import type { Cloud, Instance } from "./cloud";
import { type RunOptions, runInside } from "./entering";
import { PATIENCE_MS } from "./eventually";
import { Imds } from "./imds";
import { type SandboxTools, sandboxTools } from "./sandbox-tools";
import { Slots } from "./slots";
import { type Call, type Job, SharedFolder, type Signature, type StandInAnswer } from "./shared-folder";

export interface SandboxOptions {
  readonly cloud: Cloud;
  /** How many times shorter the machine's pauses are; its clock stands still all the same, see `pass`. */
  readonly speed?: number;
  /** Instead of the launch template's. */
  readonly userData?: Buffer;
  /** Whether the group has no instance to spare, whatever it has had before. */
  readonly atMinimum?: boolean;
}

/** A job that the running agent was given. */
export interface QueuedJob {
  readonly isTaken: () => boolean;
  readonly ended: () => Promise<Job>;
  /** Until a job that waits for the test's word has come so far: see `hold`. */
  readonly held: () => Promise<void>;
  /** That word. */
  readonly finish: () => void;
}

export interface ChangedFile {
  readonly path: string;
  /** Such as "644 root:root". */
  readonly access: string;
}

/** A command that leaves no room for anything on the machine's disk; /run and /tmp lie in memory. */
export const FILL_DISK = `mount -o "remount,size=$(df -B1 --output=used /run/sandbox/disk | tail -n 1 | tr -d ' ')" /run/sandbox/disk`;
/** Some boots wait for what never answers, again and again. */
const BOOT_MS = 600_000;
/** Of more machines at a time, each is slow on two cores. */
const slots = new Slots(3);

/** An instance without a cloud: image and user data on a root of their own, with processes and a network of their own. */
export class Sandbox {
  readonly imds: Imds;
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
    const onHanging = (hangs: boolean) => this.shared.replace("hangs", hangs ? "1" : "0");
    this.imds = new Imds(onHanging);
    const { endpoint } = cloud.emulator;
    this.aws = new AwsFront(endpoint, (request) => cloud.correct(request, atMinimum), onHanging);
    this.aws.onDone(/^TerminateInstanceInAutoScalingGroup$/, () => {
      this.imds.set("autoscaling/target-lifecycle-state", "Terminated");
    });
    this.aws.onDone(/^CompleteLifecycleAction$/, () => {
      this.isTaken = true;
    });
    this.shared = new SharedFolder(tools, speed);
  }

  /** A set-up that breaks off says nothing of the machine that is to be tested, so it gets a second try. */
  static start(options: SandboxOptions): Promise<Sandbox> {
    return Sandbox.startOnce(options).catch((error: unknown) => {
      console.warn("A sandbox was not set up, and is set up once more:", error);
      return Sandbox.startOnce(options);
    });
  }

  private static async startOnce(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options.cloud, await options.cloud.launch(), await sandboxTools(), options);
    try {
      sandbox.imds.describe(sandbox.instance, options.userData ?? sandbox.instance.userData);
      await sandbox.enter();
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  /** Lets `act` have a machine of its own, and ends that whatever happens. Waits where many others have one. */
  static use(options: SandboxOptions, act: (machine: Sandbox) => Promise<void>): Promise<void> {
    return slots.use(async () => {
      const machine = await Sandbox.start(options);
      try {
        await act(machine);
      } finally {
        await machine.stop();
      }
    });
  }

  /** Runs a command of bash to its end. */
  run(command: string, options: RunOptions = {}): Promise<Outcome> {
    return runInside(this.pid, command, { timeoutMs: PATIENCE_MS, ...options });
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
    const all = { timeoutMs: BOOT_MS, ...options };
    return this.run("/run/sandbox/python /run/sandbox/machine/cloud_init.py", all);
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
  async job(environment: Readonly<Record<string, string>> = {}, timeoutMs = PATIENCE_MS): Promise<Job> {
    const name = this.shared.addJob(environment, "direct");
    const command = `exec buildkite-agent job /run/sandbox/jobs/${name}.direct`;
    const outcome = await this.run(command, { user: "buildkite-agent", env: { TMPDIR: "/var/tmp" }, timeoutMs });
    if (this.shared.has(`jobs/${name}.result`)) return this.shared.job(name);
    throw new Error(`the job broke off:\n${outcome.output}`);
  }

  /** Gives a job to the running agent. */
  queue(environment: Readonly<Record<string, string>> = {}, signature?: Signature): QueuedJob {
    const name = this.shared.addJob(environment, "json", signature);
    return {
      held: () => patiently(`job ${name} did not begin`, () => this.shared.has(`jobs/${name}.held`)),
      isTaken: () => !this.shared.has(`jobs/${name}.json`),
      ended: async () => {
        await patiently(`job ${name} did not end`, () => this.shared.has(`jobs/${name}.result`));
        return this.shared.job(name);
      },
      finish: () => this.shared.replace(`jobs/${name}.finish`, ""),
    };
  }

  /** Gives the running agent a job that runs its command and then goes on until the test ends it. */
  hold(command = "true"): QueuedJob {
    const base = "/run/sandbox/jobs/${BUILDKITE_JOB_ID#*-}";
    const script = `${command}; touch ${base}.held; until [[ -e ${base}.finish ]]; do /usr/bin/sleep 0.1; done`;
    return this.queue({ BUILDKITE_COMMAND: script });
  }

  /** Lets the machine's services look around as rarely as on an instance: each look costs the start of several programs. */
  calm(): void {
    this.shared.replace("speed", "1");
  }

  /** Puts the machine's clock forward. */
  pass(seconds: number): void {
    this.shared.pass(seconds);
  }

  /** Whether the group's lifecycle action is completed: EC2 ends the machine then. */
  isTaken = false;

  /** Whether the machine has switched itself off. */
  get isOff(): boolean {
    return this.shared.has("powered-off");
  }

  /** Waits until the machine is gone, by itself or by EC2. */
  async gone(): Promise<void> {
    await patiently("the machine is still there", () => this.isOff || this.isTaken);
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

  private async enter(): Promise<void> {
    await this.listen("imds", this.imds.answer);
    await this.listen("aws", this.aws.answer);
    const doors = ["169.254.169.254:80=/run/sandbox/imds.sock", "127.0.0.1:5000=/run/sandbox/aws.sock"];
    const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
    const words = [this.shared.in("machine/root.sh"), this.shared.path, this.tools.python, this.tools.aws, ...doors];
    const process = start("unshare", [...namespaces, "bash", ...words]);
    this.process = process;
    const isReady = () => process.output().includes("ready\n");
    if (!(await until(isReady, PATIENCE_MS, 10))) throw new Error(`the sandbox did not start:\n${process.output()}`);
    this.pid = Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim());
    // What it traces shows where it broke off.
    await this.must("bash -x /run/sandbox/machine/prepare.sh");
  }

  private async listen(name: string, answer: RequestListener): Promise<void> {
    const server = createServer(answer);
    this.servers.push(server);
    const path = this.shared.in(`${name}.sock`);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    chmodSync(path, 0o666);
  }
}

async function patiently(complaint: string, question: () => boolean): Promise<void> {
  if (!(await until(question, PATIENCE_MS))) throw new Error(complaint);
}
