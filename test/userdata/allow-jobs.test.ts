import { statSync } from "node:fs";
import { join } from "node:path";
import { linuxFiles, Machine, shipped } from "../harness/userdata/machine";

const lists = {
  BUILDKITE_ALLOWED_PIPELINES: "web\ndeploy-*",
  BUILDKITE_ALLOWED_REPOSITORIES: "",
  BUILDKITE_ALLOWED_BRANCHES: "it's $(id) `id`",
  BUILDKITE_ALLOWED_PLUGINS: "github.com/acme/*",
  BUILDKITE_ALLOWED_PULL_REQUESTS: "any",
};
const pipelinesAlone = { ...lists, BUILDKITE_ALLOWED_BRANCHES: "", BUILDKITE_ALLOWED_PLUGINS: "" };
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
  expect(machine.read("fake/rules")).toBe("web\ndeploy-*\0\0it's $(id) `id`\0github.com/acme/*\0any\0");
  expect(machine.read(`${hooks}/pre-bootstrap`)).toBe(shipped("linux/pre-bootstrap.py"));
});

test("jobs can read the lists and run the hook, and write neither", () => {
  machine.run("boot.sh", lists);
  const paths = [rules, `${hooks}/pre-bootstrap`, `${hooks}/pre-checkout`, "etc/buildkite-elastic-ci-stack"];
  expect(paths.map(modeOf)).toEqual(["644", "755", "755", "755"]);
  expect(machine.read("fake/calls")).toContain(`chown -R root:root ${machine.root}/${hooks}\n`);
});

describe("commits are proved", () => {
  test.each([
    { where: "branches are listed", environment: lists, proved: true },
    {
      where: "repositories are listed",
      environment: { ...pipelinesAlone, BUILDKITE_ALLOWED_REPOSITORIES: "github.com/acme/*" },
      proved: true,
    },
    { where: "pipelines alone are listed", environment: pipelinesAlone, proved: false },
    {
      where: "pull requests are limited",
      environment: { ...pipelinesAlone, BUILDKITE_ALLOWED_PULL_REQUESTS: "same-repository" },
      proved: true,
    },
  ])("before their checkout where $where: $proved", ({ environment, proved }) => {
    expect(machine.run("boot.sh", environment).code).toBe(0);
    expect(machine.read(`${hooks}/pre-checkout`)).toBe(proved ? shipped("linux/pre-checkout.sh") : "");
  });

  test("by the agent too, whatever its version", () => {
    machine.run("boot.sh", pipelinesAlone);
    const unit = machine.read("etc/systemd/system/buildkite-agent.service.d/allowed-jobs.conf");
    expect(unit).toBe("[Service]\nEnvironment=BUILDKITE_GIT_COMMIT_VERIFICATION=strict\n");
    const calls = machine.read("fake/calls");
    expect(calls.lastIndexOf("daemon-reload")).toBeLessThan(calls.indexOf("bk-install-elastic-stack.sh"));
  });

  test("and a hook that the image has stays", () => {
    machine.write(`${hooks}/pre-checkout`, "echo of the image\n", 0o755);
    machine.run("boot.sh", lists);
    expect(machine.read(`${hooks}/pre-checkout.image`)).toBe("echo of the image\n");
  });
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

describe("a stack without lists", () => {
  let open: Machine;
  beforeEach(() => {
    open = new Machine();
  });
  afterEach(() => open.remove());

  test("brings no check, and its agents clear up between jobs", () => {
    expect(open.run("boot.sh").code).toBe(0);
    expect(open.read(`${hooks}/pre-bootstrap`)).toBe(shipped("linux/clear-last-job.sh"));
    expect(open.read(linuxFiles["allow-jobs.sh"])).toBe("");
    expect(open.exists(`${hooks}/pre-checkout`)).toBe(false);
    expect(open.exists("etc/systemd/system/buildkite-agent.service.d/allowed-jobs.conf")).toBe(false);
  });

  test("leaves an image the hook that it has", () => {
    open.write(`${hooks}/pre-bootstrap`, "its own");
    expect(open.run("boot.sh").code).toBe(0);
    expect(open.read(`${hooks}/pre-bootstrap`)).toBe("its own");
  });
});
