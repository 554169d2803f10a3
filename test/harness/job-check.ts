import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shipped } from "./userdata/machine";

type Environment = Readonly<Record<string, string>>;

export interface Lists {
  readonly pipelines?: readonly string[];
  readonly repositories?: readonly string[];
  readonly branches?: readonly string[];
  readonly plugins?: readonly string[];
  readonly pullRequests?: "none" | "same-repository" | "any";
}

/** A job, by what it has otherwise than the usual one; undefined takes a variable away. */
export interface JobCase {
  /** Why the verdict is what it is. */
  readonly why: string;
  readonly lists: Lists;
  readonly job: Readonly<Record<string, unknown>>;
  readonly taken: boolean;
}

/** Cases with one verdict: taken({ branches: ["main"] }, [why, job]…). */
const judged =
  (taken: boolean) =>
  (lists: Lists, ...cases: readonly (readonly [why: string, job: JobCase["job"]])[]): readonly JobCase[] =>
    cases.map(([why, job]) => ({ why, lists, job, taken }));
export const taken = judged(true);
export const refused = judged(false);

export const PIPELINE_ID = "0190a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b";
const usual = {
  BUILDKITE_PIPELINE_SLUG: "web",
  BUILDKITE_PIPELINE_ID: PIPELINE_ID,
  BUILDKITE_REPO: "git@github.com:acme/web.git",
  BUILDKITE_BRANCH: "main",
  BUILDKITE_COMMIT: "0123456789abcdef0123456789abcdef01234567",
  BUILDKITE_TAG: "",
  BUILDKITE_PULL_REQUEST: "false",
  BUILDKITE_PULL_REQUEST_REPO: "",
  BUILDKITE_MESSAGE: "a message\nof two lines",
};

function written({
  pipelines = [],
  repositories = [],
  branches = [],
  plugins = [],
  pullRequests = "any",
}: Lists): string {
  return [...[pipelines, repositories, branches, plugins].map((list) => list.join("\n")), pullRequests, ""].join("\0");
}

/** The agent's pre-bootstrap hook as user data brings it, with an agent that records its annotations. It needs Python. */
export class JobCheck {
  readonly root = mkdtempSync(join(tmpdir(), "allowed-jobs-"));
  readonly lists = join(this.root, "etc/buildkite-elastic-ci-stack/allowed-jobs");
  readonly job = join(this.root, "job.json");
  private readonly hook = join(this.root, "etc/buildkite-agent/hooks/pre-bootstrap");
  private readonly told = join(this.root, "told");

  constructor() {
    for (const folder of ["etc/buildkite-agent/hooks", "etc/buildkite-elastic-ci-stack", "bin"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    const agent = join(this.root, "bin/buildkite-agent");
    writeFileSync(agent, `#!/bin/bash\n{ echo "$*"; cat; } >>${this.told}\n[[ " $* " != *" $REJECTED "* ]]\n`);
    writeFileSync(this.hook, shipped("linux/pre-bootstrap.py"));
    for (const program of [agent, this.hook]) chmodSync(program, 0o755);
  }

  /** Asks about a job that differs from the usual one in the variables given, without their BUILDKITE_. */
  ask(lists: Lists, job: object, environment?: Environment) {
    writeFileSync(this.lists, written(lists));
    const entries = Object.entries(job).map(([name, content]) => [`BUILDKITE_${name}`, content as unknown]);
    writeFileSync(this.job, JSON.stringify({ ...usual, ...Object.fromEntries(entries) }));
    return this.run(environment);
  }

  run(environment: Environment = {}) {
    writeFileSync(this.told, "");
    const about = { BUILDKITE_ENV_JSON_FILE: this.job, BUILDKITE_JOB_ID: "job-1" };
    const child = spawnSync(this.hook, [], {
      env: { PATH: `${this.root}/bin:${process.env.PATH!}`, ...about, ...environment },
      encoding: "utf8",
      timeout: 300_000,
    });
    const annotations = readFileSync(this.told, "utf8");
    return { code: child.status, said: child.stdout, complained: child.stderr, annotations };
  }

  /** The verdicts on many jobs, out of one process. */
  judge(cases: readonly JobCase[]): readonly { readonly code: number; readonly said: string }[] {
    const input = cases.map(({ lists, job }) => ({ lists: written(lists), job: { ...usual, ...job } }));
    const child = spawnSync("/usr/bin/python3", ["-I", join(__dirname, "judge_jobs.py"), this.hook], {
      input: JSON.stringify(input),
      encoding: "utf8",
      timeout: 300_000,
    });
    if (child.status !== 0) throw new Error(child.stderr);
    return JSON.parse(child.stdout) as ReturnType<JobCheck["judge"]>;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
