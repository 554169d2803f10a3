import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listProcesses, treeOf } from "../support/process-tree";
import { type Environment, type Outcome, start, until } from "../support/processes";
import { type StandInApp, standInApp } from "../support/stand-in-app";
import { repository } from "../support/tools";

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
  const args = ["node_modules/tsx/dist/cli.mjs", "test/demo/demo.ts", ...(app === undefined ? [] : [app])];
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

/** The files the demo could leave: in the checkout, its own folder in there, and the temporary folder. */
function files(): string[] {
  const demoFolder = join(repository, ".demo");
  const inside = existsSync(demoFolder) ? readdirSync(demoFolder).filter((name) => name !== "venv") : [];
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

test("this repository's own app is deployed, shown, planned again without changes, and destroyed", async () => {
  const run = await demo(undefined);
  expect(run.output).toContain("No changes");
  expect(run.output).toContain("The local AWS is empty again: 0 resources");
  expect(run.output).toMatch(/ 1 +aws_autoscaling_group +\S+\n/);
  expect(run.output).not.toContain("demo-token");
  expect(run.code).toBe(0);
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
  ["Ctrl-C while the emulator starts", "SIGINT", "Starting a local AWS"],
  ["Ctrl-C during the deployment", "SIGINT", "of 5 resources created"],
  ["SIGTERM during the deployment", "SIGTERM", "of 5 resources created"],
  ["Ctrl-C during the second plan", "SIGINT", "Second plan"],
] as const)("%s stops everything and leaves nothing", async (_, signal, moment) => {
  app = standInApp("sound");
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
