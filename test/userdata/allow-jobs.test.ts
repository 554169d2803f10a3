import { statSync } from "node:fs";
import { join } from "node:path";
import { linuxFiles, Machine, shipped } from "../harness/userdata/machine";

const lists = {
  BUILDKITE_ALLOWED_PIPELINES: "web\ndeploy-*",
  BUILDKITE_ALLOWED_REPOSITORIES: "",
  BUILDKITE_ALLOWED_BRANCHES: "it's $(id) `id`",
};
const hooks = "etc/buildkite-agent/hooks";
const rules = "etc/buildkite-elastic-ci-stack/allowed-jobs";

let machine: Machine;
beforeEach(() => {
  machine = new Machine({ limitsJobs: true });
  machine.write("usr/bin/python3", "", 0o755).write("etc/buildkite-elastic-ci-stack/environment.json", "{}", 0o600);
});
afterEach(() => machine.remove());

const modeOf = (path: string) => (statSync(join(machine.root, path)).mode & 0o777).toString(8);

test("the lists and the hook are in place before the agent starts", () => {
  machine.imageScript("bk-install-elastic-stack.sh", `cp "$ELASTIC_STACK_ROOT/${rules}" "$FAKE/rules"`);
  const outcome = machine.run("boot.sh", lists);
  expect(outcome.code).toBe(0);
  expect(machine.read("fake/rules")).toBe("web\ndeploy-*\0\0it's $(id) `id`\0");
  expect(machine.read(`${hooks}/pre-bootstrap`)).toBe(shipped("linux/pre-bootstrap.py"));
});

test("jobs can read the lists and run the hook, and write neither", () => {
  machine.run("boot.sh", lists);
  expect([rules, `${hooks}/pre-bootstrap`, "etc/buildkite-elastic-ci-stack"].map(modeOf)).toEqual([
    "644",
    "755",
    "755",
  ]);
  expect(machine.read("fake/calls")).toContain(`chown -R root:root ${machine.root}/${hooks}\n`);
});

test.each([
  { case: "the image has no Python", breakIt: () => machine.write("usr/bin/python3", "", 0o644) },
  { case: "the hooks stay with the jobs' user", breakIt: () => machine.set("failures/chown", "") },
  { case: "a list is missing", breakIt: () => machine, without: "BUILDKITE_ALLOWED_BRANCHES" },
])("$case: no agent starts, the instance is unhealthy", ({ breakIt, without }) => {
  breakIt();
  const outcome = machine.run(
    "boot.sh",
    Object.fromEntries(Object.entries(lists).filter(([name]) => name !== without)),
  );
  expect(outcome.code).toBe(1);
  expect(outcome.log).toContain("boot failed: allow-jobs.sh ended with exit code 1");
  expect(outcome.calls.some((call) => call.includes("bk-install-elastic-stack.sh"))).toBe(false);
  expect(outcome.calls.some((call) => call.includes("set-instance-health"))).toBe(true);
});

test("a stack without lists brings no check and starts its agent", () => {
  const open = new Machine();
  const outcome = open.run("boot.sh");
  expect(outcome.code).toBe(0);
  expect(open.read(`${hooks}/pre-bootstrap`) + open.read(linuxFiles["allow-jobs.sh"])).toBe("");
  open.remove();
});
