import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CANARY, hostileValues } from "../../harness/hostile-values";
import { repository, requirePrograms } from "../../harness/tools";
import { settings } from "../../harness/user-data";
import { imageScripts, linuxFiles, Machine } from "../../harness/userdata/machine";

beforeAll(() => requirePrograms({ jq: "jq", shellcheck: "shellcheck" }));

const settingsFile = "etc/buildkite-elastic-ci-stack/environment.json";
let machine: Machine;
beforeEach(() => {
  machine = new Machine({ realLoader: true, limitsJobs: true });
  machine.write("usr/bin/python3", "", 0o755);
});
afterEach(() => machine.remove());

function entriesOf(text: string): [string, string][] {
  const entries = text.split("\0").filter(Boolean);
  return entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
}

const environmentOf = (path: string) => Object.fromEntries(entriesOf(machine.read(path)));

const names = Object.keys(settings());
const values = Object.entries(hostileValues);
const left = () => readdirSync(machine.root, { recursive: true }).filter((path) => String(path).includes(CANARY));

test.each(values)(
  "%s: as every setting it reaches a command unchanged, with no other variable, and executes nothing",
  (_, value) => {
    const given = Object.fromEntries(names.map((name) => [name, value]));
    machine.write(settingsFile, JSON.stringify({ BEFORE: "1", ...given, LAST: "2" }));
    const outcome = machine.run("with-environment.sh", {}, "env", "-0");
    const own = ["BASH_ENV", "ELASTIC_STACK_ROOT", "FAKE", "MAIN", "PATH", "PWD", "SHLVL", "_"];
    const found = entriesOf(outcome.output).filter(([name]) => !own.includes(name));
    expect(outcome.code).toBe(0);
    expect(Object.fromEntries(found)).toEqual({ BEFORE: "1", ...given, LAST: "2" });
    expect(left()).toEqual([]);
  },
);

test("all values, each as another setting, reach every part of a boot unchanged, and execute nothing", () => {
  for (let from = 0; from < values.length; from += names.length) {
    const given = {
      ...settings(),
      ...Object.fromEntries(names.map((name, i) => [name, values[from + i]?.[1] ?? "x"])),
    };
    machine.write(settingsFile, JSON.stringify(given));
    for (const script of imageScripts) machine.imageScript(script, `cd "$FAKE" && env -0 >${script}.environment`);
    expect(machine.run("boot.sh").code).toBe(0);
    for (const script of imageScripts) expect(environmentOf(`fake/${script}.environment`)).toMatchObject(given);
    const lists = ["PIPELINES", "REPOSITORIES", "BRANCHES", "PLUGINS", "PULL_REQUESTS"].map(
      (list) => given[`BUILDKITE_ALLOWED_${list}`],
    );
    expect(machine.read("etc/buildkite-elastic-ci-stack/allowed-jobs")).toBe(lists.map((list) => `${list}\0`).join(""));
  }
  expect(left()).toEqual([]);
});

test.each([
  { case: "is missing", content: undefined },
  { case: "is cut off", content: '{"A": "1", "B": "2' },
  { case: "holds a name that is a command", content: '{"A[$(touch executed)]": "1"}' },
  { case: "is a list", content: '["A"]' },
  { case: "has NUL in a value", content: '{"A": "1\\u0000PATH\\u0000/tmp", "B": "2"}' },
  { case: "has NUL at a value's start", content: '{"A": "\\u0000"}' },
])("settings whose file $case: no part runs, the instance is unhealthy", ({ content }) => {
  if (content !== undefined) machine.write(settingsFile, content);
  const outcome = machine.run("boot.sh");
  expect(outcome.code).toBe(1);
  expect(outcome.calls.filter((call) => !call.includes("systemctl"))).toEqual([
    expect.stringContaining("set-instance-health"),
  ]);
  expect(outcome.log).toContain("boot failed: bk-mount-instance-storage.sh ended with exit code 1");
});

test("the drain watcher takes its names from the settings file, as its unit starts it", () => {
  const settings = { ASG_NAME: "group name", LIFECYCLE_HOOK_NAME: "hook", INSTANCE_TERMINATION_GRACE_PERIOD: "60" };
  machine.write(settingsFile, JSON.stringify({ ...settings, AWS_REGION: "us-gov-west-1" }));
  machine.metadata("autoscaling/target-lifecycle-state", "0 Terminated").set("agent-state", "inactive");
  const unit = machine.read(linuxFiles["buildkite-drain-watcher.service"]);
  const command = unit
    .match(/^ExecStart=(.*)$/m)![1]!
    .split(" ")
    .map((path) => machine.root + path);
  const outcome = machine.run("with-environment.sh", {}, command[1]!);
  expect(command[0]).toBe(join(machine.root, linuxFiles["with-environment.sh"]));
  expect(outcome.calls).toHaveLength(1);
  expect(outcome.calls[0]).toMatch(
    /complete-lifecycle-action .*--auto-scaling-group-name group name .*--region us-gov-west-1/,
  );
});

// SC2250 asks for braces everywhere, SC2312 for a variable per substitution.
const strict = ["--external-sources", "--enable=all", "--exclude=SC2250,SC2312"];
const scripts = [
  ...readdirSync(join(repository, "userdata/linux")).map((name) => ({
    path: `userdata/linux/${name}`,
    options: strict,
  })),
  ...readdirSync(join(repository, "test/harness/userdata/stubs")).map((name) => ({
    path: `test/harness/userdata/stubs/${name}`,
    options: [],
  })),
  ...["inject-inputs.sh", "inject-all-inputs.sh"].map((name) => ({ path: `test/harness/${name}`, options: strict })),
  ...["survey-agent.sh", "stop-idle-agent.sh"].map((name) => ({
    path: `lambda/agent-scaler/${name}`,
    options: strict,
  })),
].filter(({ path }) => !/\.(service|timer|conf|py)$/.test(path));

test.each(scripts)("shellcheck has nothing to say about $path", ({ path, options }) => {
  const child = spawnSync("shellcheck", [...options, path], { cwd: repository, encoding: "utf8" });
  expect(child.stdout).toBe("");
  expect(child.status).toBe(0);
  expect(readFileSync(join(repository, path), "utf8")).not.toMatch(/shellcheck disable/);
});
