import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAgentConfig } from "./image/agent-cfg";
import { ImageMachine } from "./image/machine";
import { CANARY } from "./hostile-values";
import { findOnPath, ToolMissing } from "./tools";

export interface Injection {
  readonly name: string;
  readonly value: string;
}

type Texts = Readonly<Record<string, string>>;

/** What an instance has of its inputs, as the programs read it that the files are for. */
export interface Arrival {
  readonly agents: readonly Readonly<Record<string, string | readonly string[]>>[];
  readonly forJobs: Texts;
  readonly inJob: Texts;
  readonly slice: string;
  readonly sudo: unknown;
  readonly authorizedUsers: string;
  readonly watcher: Texts;
}

export interface Injected {
  readonly said: string;
  /** Nothing where the boot was refused. */
  readonly arrival?: Arrival;
}

/** All that the image's functions may start. */
const PROGRAMS = ["env", "mkdir", "timeout", "visudo"];
const SETTINGS = "etc/buildkite-elastic-ci-stack";

/** Gives the image's functions inputs, each to a shell of its own, in a few processes. */
export class InjectedInputs {
  private readonly machine = new ImageMachine();
  private readonly folder = mkdtempSync(join(tmpdir(), "injected-"));
  private runs = 0;

  constructor() {
    for (const name of ["bin", "here"]) mkdirSync(join(this.folder, name));
    for (const name of [...PROGRAMS, "cvtsudoers"]) this.link(name);
  }

  /** The same order as the injections. */
  run(injections: readonly Injection[]): readonly Injected[] {
    const folder = join(this.folder, `run-${++this.runs}`);
    mkdirSync(folder);
    const words = injections.flatMap(({ name, value }, number) => [String(number), name, value]);
    this.spawn("inject-inputs.sh", folder, words);
    return injections.map((_, number) => {
      const instance = join(folder, String(number));
      const said = read(`${instance}.log`) + read(join(instance, "boot-failed"));
      return { said, ...(existsSync(join(instance, "job")) && { arrival: arrival(instance) }) };
    });
  }

  /** What is said about several inputs at once; one text for each set. */
  judge(sets: readonly ReadonlyMap<string, string>[]): readonly string[] {
    const folder = join(this.folder, `run-${++this.runs}`);
    mkdirSync(folder);
    this.spawn(
      "inject-all-inputs.sh",
      folder,
      sets.flatMap((set) => [...[...set].flat(), ""]),
    );
    return sets.map((_, number) => read(join(folder, `${number}.log`)));
  }

  /** Programs that were started, or looked for, and files that were left behind, without any reason. */
  traces(): readonly string[] {
    const unexpected = readdirSync(this.folder)
      .map((name) => join(this.folder, name, "unexpected"))
      .filter((path) => existsSync(path));
    const files = readdirSync(this.machine.root, { recursive: true }).map(String);
    const left = files.filter((path) => path.includes(CANARY));
    return [...unexpected.map(read), ...readdirSync(join(this.folder, "here")), ...left];
  }

  remove(): void {
    this.machine.remove();
    rmSync(this.folder, { recursive: true });
  }

  private spawn(script: string, folder: string, words: readonly string[]): void {
    const child = spawnSync("/bin/bash", [join(__dirname, script), folder], {
      cwd: join(this.folder, "here"),
      env: { PATH: join(this.folder, "bin"), ELASTIC_STACK_ROOT: this.machine.root },
      input: words.map((word) => `${word}\0`).join(""),
      encoding: "utf8",
      timeout: 600_000,
    });
    if (child.status !== 0 || child.stderr !== "") throw new Error(`${script} broke off: ${child.stderr}`);
  }

  private link(name: string): void {
    const path = findOnPath(name) ?? ["/usr/sbin", "/sbin"].map((at) => join(at, name)).find((at) => existsSync(at));
    if (path === undefined) throw new ToolMissing(`These tests need ${name}. Debian and Ubuntu: apt-get install sudo`);
    if (name !== "cvtsudoers") symlinkSync(path, join(this.folder, "bin", name));
  }
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function arrival(folder: string): Arrival {
  const text = (path: string) => read(join(folder, path));
  const forJobs = pairs(text(`${SETTINGS}/job-environment`));
  const job = pairs(text("job"));
  return {
    agents: ["agent-3", "agent-4"].map((name) => agent(text(name))),
    forJobs,
    inJob: Object.fromEntries(Object.keys(forJobs).map((name) => [name, job[name]!])),
    slice: text("buildkite-agent.slice"),
    sudo: sudoRules(text("etc/sudoers.d/buildkite-agent-additional")),
    authorizedUsers: text(`${SETTINGS}/authorized-users-url`),
    watcher: JSON.parse(text(`${SETTINGS}/environment.json`)) as Texts,
  };
}

function pairs(text: string): Texts {
  const entries = text.split("\0").filter(Boolean);
  return Object.fromEntries(entries.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
}

/** The agent takes blanks off tags. */
function agent(text: string): Record<string, string | readonly string[]> {
  const { tags = "", ...others } = Object.fromEntries(readAgentConfig(text));
  return { ...others, tags: tags.split(",").map((tag) => tag.replace(/^[ \t]+|[ \t]+$/g, "")) };
}

/** As sudo's own parser reads them. */
function sudoRules(text: string): unknown {
  if (text === "") return [];
  const child = spawnSync("cvtsudoers", ["-f", "json"], { input: text, encoding: "utf8" });
  return (JSON.parse(child.stdout) as { User_Specs: unknown }).User_Specs;
}
