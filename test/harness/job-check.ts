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
}

export const PIPELINE_ID = "0190a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b";
const usual = {
  BUILDKITE_PIPELINE_SLUG: "web",
  BUILDKITE_PIPELINE_ID: PIPELINE_ID,
  BUILDKITE_REPO: "git@github.com:acme/web.git",
  BUILDKITE_BRANCH: "main",
  BUILDKITE_TAG: "",
  BUILDKITE_PULL_REQUEST: "false",
  BUILDKITE_PULL_REQUEST_REPO: "",
  BUILDKITE_MESSAGE: "a message\nof two lines",
};

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
  ask({ pipelines = [], repositories = [], branches = [] }: Lists, job: object, environment?: Environment) {
    writeFileSync(this.lists, [pipelines, repositories, branches].map((list) => `${list.join("\n")}\0`).join(""));
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

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
