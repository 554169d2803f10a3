import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listProcesses, treeOf } from "../../harness/process-tree";
import { type Environment, type Outcome, start, until } from "../../harness/processes";
import { type StandInApp, standInApp } from "../../harness/stand-in-app";
import { findMoto, repository } from "../../harness/tools";

interface Run extends Outcome {
  /** Every process that was seen below the demo. */
  readonly seen: ReadonlySet<number>;
}

interface Settings {
  readonly env?: Environment;
  /** Called with the output so far; the demo gets the signal as soon as the answer is true. */
  readonly interruptWhen?: (output: string) => boolean;
  readonly signal?: "SIGINT" | "SIGTERM";
}

const temporary = mkdtempSync(join(tmpdir(), "elastic-ci-stack-demo-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

async function demo(app: string | undefined, settings: Settings = {}): Promise<Run> {
  const env = { ...process.env, TMPDIR: temporary, ...settings.env };
  // Not through the command tsx: it kills what does not notice a signal within 60 ms.
  const args = ["--import", "tsx", "programs/demo/demo.ts", ...(app === undefined ? [] : [app])];
  const running = start(process.execPath, args, { cwd: repository, env });
  const seen = new Set<number>();
  let ended = false;
  let interrupted = false;
  void running.exited.then(() => (ended = true));
  await until(
    () => {
      for (const { pid } of treeOf(running.pid)) seen.add(pid);
      if (!interrupted && settings.interruptWhen?.(running.output()) === true) {
        interrupted = true;
        // As a terminal does it: to everything in the foreground group.
        process.kill(-running.pid, settings.signal ?? "SIGINT");
      }
      return ended;
    },
    600_000,
    100,
  );
  await running.stop();
  return { ...(await running.exited), seen };
}

function survivors({ seen }: Run): number[] {
  return listProcesses()
    .filter(({ pid }) => seen.has(pid))
    .map(({ pid }) => pid);
}

const demoFolder = join(repository, ".demo");
const picture = join(demoFolder, "cluster-at-work.svg");

/** The files the demo could leave: in the checkout, its own folder in there, and the temporary folder. */
function files(): string[] {
  const meantToStay = ["venv", "cluster-at-work.svg"];
  const inside = existsSync(demoFolder) ? readdirSync(demoFolder).filter((name) => !meantToStay.includes(name)) : [];
  const inCheckout = readdirSync(repository).filter((name) => name !== ".demo");
  // tsx keeps its own cache of compiled files there.
  const inTemporary = readdirSync(temporary).filter((name) => !name.startsWith("tsx-"));
  return [...inCheckout, ...inside.map((name) => `.demo/${name}`), ...inTemporary.map((name) => `TMPDIR/${name}`)];
}

let filesBefore: string[];
let app: StandInApp | undefined;
beforeEach(() => (filesBefore = files()));
afterEach(() => app?.remove());

function expectNothingLeft(run: Run): void {
  expect(run.seen.size).toBeGreaterThan(2);
  expect(survivors(run)).toEqual([]);
  expect(files()).toEqual(filesBefore);
}

const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;

interface Row {
  readonly waiting: number;
  readonly done: number;
  readonly desired: number;
}

/** The rows of the table of the cluster at work. */
function rowsAtWork(output: string): Row[] {
  const rows = output.matchAll(/^ *\d+ s +(\d+) +\d+ +(\d+) +\d+ +\d+ +\d+ +\d+ +(\d+) {2}\S/gm);
  return [...rows].map(([, waiting, done, desired]) => ({ waiting: +waiting!, done: +done!, desired: +desired! }));
}

async function expectWellFormed(path: string): Promise<void> {
  const parse = "import sys, xml.dom.minidom; print(xml.dom.minidom.parse(sys.argv[1]).documentElement.tagName)";
  const { stdout } = spawnSync(await findMoto(), ["-c", parse, path], { encoding: "utf8", timeout: 30_000 });
  expect(stdout.trim()).toBe("svg");
}

test("this repository's own app is deployed, shown, seen at work, and destroyed", async () => {
  const run = await demo(undefined);
  expect(run.output).toContain("No changes");
  expect(run.output).toContain("The local AWS is empty again: 0 resources");
  expect(run.output).toMatch(/ 1 +aws_autoscaling_group +\S+\n/);
  expect(run.output).not.toContain("demo-token");
  expect(run.code).toBe(0);
  expectNothingLeft(run);

  const rows = rowsAtWork(run.output);
  const most = (name: keyof Row) => Math.max(...rows.map((row) => row[name]));
  // More jobs than the ten instances with two agents each can run at once.
  expect(most("waiting")).toBeGreaterThan(20);
  expect(most("desired")).toBe(10);
  expect(rows[0]).toEqual({ waiting: 0, done: 0, desired: 0 });
  expect(rows.at(-1)).toEqual({ waiting: 0, done: 38, desired: 0 });
  // Twice from nothing: for the burst, and for the jobs that come when the first hosts have left.
  expect(run.output.match(/ grow 0 to \d+: \d+ jobs$/gm)).toHaveLength(2);
  expect(run.output).toContain("38 jobs done, 0 lost; ");
  expect(run.output).toContain(`A picture of it: ${picture}\n`);
  await expectWellFormed(picture);
});

test("a function that fails shows why, and what was made is destroyed", async () => {
  app = standInApp("misconfigured");
  const run = await demo(app.folder);
  const reason = /wrong environment: .*AGENTS_PER_INSTANCE must be a whole number[^;]*, got "two"/;
  expect(run.output).toMatch(new RegExp(`^  0 s .* failed: ${reason.source}`, "m"));
  expect(run.output).toMatch(new RegExp(`^AgentScaler failed after 0 s at work: ${reason.source}`, "m"));
  expect(run.output).toContain("The local AWS is empty again: 0 resources");
  expect(run.output).not.toMatch(stackTrace);
  expect(run.code).toBe(1);
  expectNothingLeft(run);
});

test("the one difference that the emulator makes up is named, and sensitive outputs are hidden", async () => {
  app = standInApp("sound");
  writeFileSync(join(app.folder, "terraform.tfvars"), 'buildkite_agent_token = "of-the-user"\n');
  const run = await demo(app.folder);
  expect(run.output).toMatch(
    /No changes, apart from .*:\n +aws_autoscaling_lifecycle_hook\.hook \(notification_metadata, notification_target_arn, role_arn\): moto reads/,
  );
  expect(run.output).toMatch(/^token +\(sensitive\)$/m);
  expect(run.output).toMatch(/^vpc_id +vpc-[0-9a-f]+$/m);
  expect(run.code).toBe(0);
  expectNothingLeft(run);
  expect(readdirSync(app.folder).sort()).toEqual(["cdktf.json", "node_modules", "src", "terraform.tfvars"]);
});

test("a second plan that is not empty for another reason fails the demo", async () => {
  app = standInApp("restless");
  const run = await demo(app.folder);
  expect(run.output).toContain("A second plan is not empty:\n  aws_ssm_parameter.restless: update (");
  expect(run.output).toContain("The local AWS is empty again: 0 resources");
  expect(run.code).toBe(1);
  expectNothingLeft(run);
});

test("an apply that fails half-way shows why, and what was made is destroyed", async () => {
  app = standInApp("refused");
  const run = await demo(app.folder);
  expect(run.output).toContain("cdktf deploy failed:");
  expect(run.output).toMatch(/│ Error: .*\n[^]*aws_iam_role_policy_attachment/);
  expect(run.output).toContain("The local AWS is empty again: 0 resources");
  expect(run.output).not.toMatch(stackTrace);
  expect(run.code).toBe(1);
  expectNothingLeft(run);
});

test.each([
  ["Ctrl-C while the emulator starts", "SIGINT", "Starting a local AWS", "sound"],
  ["Ctrl-C during the deployment", "SIGINT", "of 5 resources created", "sound"],
  ["SIGTERM during the deployment", "SIGTERM", "of 5 resources created", "sound"],
  ["Ctrl-C during the second plan", "SIGINT", "Second plan", "sound"],
  ["Ctrl-C while the cluster is at work", "SIGINT", "grow 0 to 1", "working"],
] as const)("%s stops everything and leaves nothing", async (_, signal, moment, kind) => {
  app = standInApp(kind);
  const run = await demo(app.folder, { signal, interruptWhen: (output) => output.includes(moment) });
  expect(run.output).toContain(moment);
  expect(run.output).toContain("Interrupted.");
  expect(run.output).not.toMatch(stackTrace);
  expect(run.code).toBe(130);
  expectNothingLeft(run);
});

test("without Terraform the demo says how to install it", async () => {
  const empty = join(temporary, "empty-path");
  mkdirSync(empty);
  const run = await demo(undefined, { env: { PATH: empty } });
  rmSync(empty, { recursive: true });
  expect(run.output).toMatch(/Terraform is not on the PATH\. Install version 1\.11 or later: https:/);
  expect(run.output).not.toMatch(stackTrace);
  expect(run.code).toBe(1);
});
