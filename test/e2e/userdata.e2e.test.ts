import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imageScripts, linuxFiles, Machine } from "../userdata/machine";

const repository = join(__dirname, "../..");

beforeAll(() => {
  const missing = ["jq", "shellcheck"].filter((tool) => spawnSync(tool, ["--version"]).error);
  if (missing.length > 0) {
    throw new Error(
      `These tests need ${missing.join(" and ")}. On Debian and Ubuntu: apt-get install ${missing.join(" ")}`,
    );
  }
});

const hostile: Readonly<Record<string, string>> = {
  EMPTY: "",
  SPACES: "  two  spaces  ",
  DOUBLE_QUOTES: 'a "quoted" word"',
  SINGLE_QUOTES: "it's 'quoted'",
  SUBSTITUTION: "$(touch executed)",
  BACKTICKS: "`touch executed`",
  VARIABLE: "$HOME ${PATH} $$",
  BACKSLASHES: "C:\\temp\\n \\\\ \\",
  NEWLINES: "first\nsecond\n\n",
  CARRIAGE_RETURN: "first\r\nsecond\r",
  TAB: "a\tb",
  SEMICOLON: "a; touch executed; b",
  PIPE: "a | touch executed && touch executed || true",
  REDIRECTION: "> executed",
  GLOB: "* ? [a-z] ~",
  UNICODE: "Grüße 日本語 🚀 \u2028 \u00a0",
  LONG: "x'\"$".repeat(500),
  EQUALS: "A=B=C",
  TEMPLATE: "${aws_instance.x} %{ if true } <%= 1 %>",
  DASH: "-n -e --help",
  JSON: '{"a": ["b", null]}',
  COMMENT: "# not a comment",
  CONTROL: "\u0001\u001b[31m\u007f",
};

const settingsFile = "etc/buildkite-elastic-ci-stack/environment.json";
let machine: Machine;
beforeEach(() => {
  machine = new Machine({ realLoader: true });
});
afterEach(() => machine.remove());

function environmentOf(path: string): Record<string, string> {
  const entries = machine.read(path).split("\0").filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

test.each(Object.keys(hostile))("%s reaches every part of the boot unchanged, and nothing is executed", (name) => {
  machine.write(settingsFile, JSON.stringify({ BEFORE: "1", [name]: hostile[name]!, LAST: "2" }));
  for (const script of imageScripts) machine.imageScript(script, `cd "$FAKE" && env -0 >${script}.environment`);
  expect(machine.run("boot.sh").code).toBe(0);
  for (const script of imageScripts) {
    expect(environmentOf(`fake/${script}.environment`)).toMatchObject({
      BEFORE: "1",
      [name]: hostile[name],
      LAST: "2",
    });
  }
  expect(spawnSync("find", [machine.root, "-name", "executed"], { encoding: "utf8" }).stdout).toBe("");
});

test("all values together arrive unchanged", () => {
  machine.write(settingsFile, JSON.stringify(hostile));
  machine.imageScript("bk-install-elastic-stack.sh", 'env -0 >"$FAKE/environment"');
  machine.run("boot.sh");
  expect(environmentOf("fake/environment")).toMatchObject(hostile);
});

test.each([
  { case: "is missing", content: undefined },
  { case: "is cut off", content: '{"A": "1", "B": "2' },
  { case: "holds a name that is a command", content: '{"A[$(touch executed)]": "1"}' },
  { case: "is a list", content: '["A"]' },
])("settings whose file $case: no part runs, the instance is unhealthy", ({ content }) => {
  if (content !== undefined) machine.write(settingsFile, content);
  const outcome = machine.run("boot.sh");
  expect(outcome.code).toBe(1);
  expect(outcome.calls).toHaveLength(1);
  expect(outcome.calls[0]).toContain("set-instance-health");
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
  ...readdirSync(join(repository, "test/userdata/stubs")).map((name) => ({
    path: `test/userdata/stubs/${name}`,
    options: [],
  })),
  ...["survey-agent.sh", "stop-idle-agent.sh"].map((name) => ({
    path: `lambda/agent-scaler/${name}`,
    options: strict,
  })),
].filter(({ path }) => !path.endsWith(".service"));

test.each(scripts)("shellcheck has nothing to say about $path", ({ path, options }) => {
  const child = spawnSync("shellcheck", [...options, path], { cwd: repository, encoding: "utf8" });
  expect(child.stdout).toBe("");
  expect(child.status).toBe(0);
  expect(readFileSync(join(repository, path), "utf8")).not.toMatch(/shellcheck disable/);
});
