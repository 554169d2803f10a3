import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../tools";
import type { SandboxTools } from "./sandbox-tools";

/** What a stand-in was asked. */
export interface Call {
  readonly time: number;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly user: number;
  readonly input?: string;
  readonly [more: string]: unknown;
}

/** How a stand-in shall answer, instead of succeeding. */
export interface StandInAnswer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Seconds of the machine. */
  readonly seconds?: number;
  /** A command of bash, run by whoever called. */
  readonly run?: string;
}

/** What the pipeline's signature of a job is worth. */
export type Signature = "none" | "valid" | "invalid";

/** How a job ended. */
export interface Job {
  readonly code: number;
  readonly failedIn: string | null;
  /** Hooks, checkout and command, in the order in which they began. */
  readonly phases: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cancelled: boolean;
  /** Of a job that a signal ended, or that the agent refused, both of which count as -1. */
  readonly signal?: string;
  readonly signalReason?: string;
  readonly log: string;
}

const USUAL_JOB = {
  BUILDKITE: "true",
  BUILDKITE_ORGANIZATION_SLUG: "acme",
  BUILDKITE_PIPELINE_SLUG: "app",
  BUILDKITE_REPO: "https://git.example.com/acme/app.git",
  BUILDKITE_BRANCH: "main",
  BUILDKITE_COMMIT: "HEAD",
  BUILDKITE_COMMAND: "true",
};
const MANY = 1_000_000_000;
/** Everybody in the machine writes here. */
const OPEN = { jobs: 0o777, journal: 0o777, calls: 0o666, "answers.json": 0o666 };

/** The folder that test and machine both see: /run/sandbox in the machine. */
export class SharedFolder {
  readonly path = mkdtempSync(join(tmpdir(), "sandbox-"));
  private readonly answers: object[] = [];
  private jobs = 0;
  private now = Math.floor(Date.now() / 1000);

  constructor(tools: SandboxTools, speed: number) {
    chmodSync(this.path, 0o755);
    cpSync(join(__dirname, "machine"), this.in("machine"), { recursive: true });
    cpSync(join(__dirname, "../agent"), this.in("agent"), { recursive: true });
    cpSync(tools.yaml, this.in("lib/yaml"), { recursive: true });
    symlinkSync(tools.python, this.in("python"));
    this.addImage();
    for (const name of ["jobs", "journal"]) mkdirSync(this.in(name));
    const files = {
      calls: "",
      "answers.json": "[]",
      sysrq: "",
      uptime: "100.00 100.00\n",
      speed,
      hangs: 0,
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(this.in(name), String(content));
    this.pass(0);
    for (const [name, mode] of Object.entries(OPEN)) chmodSync(this.in(name), mode);
  }

  in(name: string): string {
    return join(this.path, name);
  }

  has(name: string): boolean {
    return existsSync(this.in(name));
  }

  read(name: string): string {
    return readFileSync(this.in(name), "utf8");
  }

  calls(): readonly Call[] {
    const lines = this.read("calls").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Call);
  }

  /** Puts the machine's clock forward. */
  pass(seconds: number): void {
    this.now += seconds;
    this.replace("clock", String(this.now));
  }

  answer(program: string, fitting: RegExp, answer: StandInAnswer, { after = 0, times = MANY }): void {
    this.answers.push({ program, arguments: fitting.source, after, times, ...answer });
    writeFileSync(this.in("answers.json"), JSON.stringify(this.answers));
  }

  /**
   * The kind decides who takes it: "json" the running agent, anything else whoever is told. There is no server with a
   * repository, so a job that names none of its own has nothing to check out.
   */
  addJob(environment: Readonly<Record<string, string>>, kind: string, signature: Signature = "none"): string {
    const name = String(++this.jobs).padStart(3, "0");
    const skips = environment["BUILDKITE_REPO"] === undefined ? { BUILDKITE_SKIP_CHECKOUT: "true" } : {};
    const whole = { ...USUAL_JOB, ...skips, BUILDKITE_JOB_ID: `0190-${name}`, ...environment };
    this.replace(`jobs/${name}.${kind}`, JSON.stringify({ environment: whole, signature }));
    return name;
  }

  job(name: string): Job {
    return { ...(JSON.parse(this.read(`jobs/${name}.result`)) as Job), log: this.read(`jobs/${name}.log`) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** At once, so that nobody reads half of it. */
  replace(name: string, content: string): void {
    writeFileSync(this.in(`${name}.new`), content);
    renameSync(this.in(`${name}.new`), this.in(name));
  }

  /** What packer uploads, and the scripts that it runs then. */
  private addImage(): void {
    const linux = join(repository, "packer/linux");
    const library = "image/files/usr/local/lib/buildkite-elastic-ci-stack";
    const copy = (from: string, to: string) => cpSync(from, this.in(to), { recursive: true });
    for (const name of ["shared", "versions.json"]) copy(join(linux, name), `image/${name}`);
    copy(join(linux, "stack/files"), "image/files");
    for (const name of ["instance.sh", "clear-last-job.sh"])
      copy(join(repository, "userdata/linux", name), `${library}/${name}`);
    for (const name of ["instance.sh", "await-agent.sh", "liveness.sh"]) {
      copy(join(repository, "userdata/linux", name), `${library}/${name}`);
    }
    for (const name of ["buildkite-liveness.service", "buildkite-liveness.timer"]) {
      copy(join(repository, "userdata/linux", name), `image/files/etc/systemd/system/${name}`);
    }
    copy(join(linux, "stack/scripts"), "image-scripts");
  }
}
