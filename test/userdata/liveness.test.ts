import { rmSync } from "node:fs";
import { join } from "node:path";
import { Machine } from "../harness/userdata/machine";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
  machine.write("dev/console", "").write("run/.folder", "").set("end-of-time", "100000");
  rmSync(join(machine.root, "proc/uptime"));
  up(0);
  settings({ INSTANCE_BOOT_TIMEOUT: "0", BUILDKITE_GIT_MIRROR_SEED_BUCKET: "" });
});
afterEach(() => machine.remove());

const run = "run/buildkite-elastic-ci-stack";
const environment = "etc/buildkite-elastic-ci-stack/environment.json";
const settings = (content: object) => machine.write(environment, JSON.stringify(content));
const up = (seconds: number) => machine.write("proc/uptime", `${String(seconds)}.73 1.00\n`);
const source = (name: string) =>
  machine.write("run/cloud-init/status.json", `{\n "v1": {\n  "datasource": "${name}",\n  "stage": null\n }\n}\n`);
/** How a machine looks at itself, and whether it has ended then. */
const look = () => machine.run("liveness.sh").calls.some((call) => call.includes("poweroff"));

describe("a boot has its time", () => {
  const times = [
    { what: "by default ten minutes", told: {}, limit: 600 },
    { what: "fifteen with seeds of git mirrors", told: { BUILDKITE_GIT_MIRROR_SEED_BUCKET: "seeds" }, limit: 900 },
    { what: "what the stack says", told: { INSTANCE_BOOT_TIMEOUT: "1200" }, limit: 1200 },
    {
      what: "what the stack says, with seeds, too",
      told: { INSTANCE_BOOT_TIMEOUT: "300", BUILDKITE_GIT_MIRROR_SEED_BUCKET: "seeds" },
      limit: 300,
    },
  ];
  test.each(times)("$what", ({ told, limit }) => {
    settings({ INSTANCE_BOOT_TIMEOUT: "0", BUILDKITE_GIT_MIRROR_SEED_BUCKET: "", ...told });
    expect([limit - 1, limit].map((seconds) => (up(seconds), look()))).toEqual([false, true]);
    expect(machine.read("var/log/elastic-stack.log")).toContain("liveness: the boot has not come to its end in time");
    expect(machine.read("dev/console")).toContain("liveness: the boot has not come to its end in time");
  });

  test("a boot that has come to its end is not late", () => {
    up(100_000);
    machine.write(`${run}/registered`, "").write(`${run}/watcher-beat`, "1");
    expect(look()).toBe(false);
  });

  test("without readable settings it has as long as seeds need", () => {
    machine.write(environment, "{").write(`${run}/.folder`, "");
    expect([899, 900].map((seconds) => (up(seconds), look()))).toEqual([false, true]);
  });

  test("user data that never came: ten minutes, as cloud-init has found no source of them", () => {
    machine.delete(environment);
    source("DataSourceNone");
    expect([599, 600].map((seconds) => (up(seconds), look()))).toEqual([false, true]);
  });

  test("cloud-init that never came to look for user data is no reason to stay", () => {
    machine.delete(environment);
    up(600);
    expect(look()).toBe(true);
  });

  test.each(["DataSourceEc2Local", "DataSourceEc2", "DataSourceNoCloud [seed=/dev/sr0]"])(
    "a machine that an image is built on stays: it has a source (%s), and nothing of a stack",
    (name) => {
      machine.delete(environment);
      source(name);
      up(100_000);
      expect(look()).toBe(false);
    },
  );

  test("the original's user data is a stack's, too: the first part of its boot tells", () => {
    machine.delete(environment).write(`${run}/.folder`, "");
    source("DataSourceEc2Local");
    up(900);
    expect(look()).toBe(true);
  });
});

describe("after its boot", () => {
  let round = 0;
  beforeEach(() => {
    machine.write(`${run}/registered`, "").write("proc/77/status", "State:\tS (sleeping)\n");
    up(5000);
  });
  const beats = () => machine.write(`${run}/watcher-beat`, `${String(++round)}\n`);
  /** Looks until the end, 20 times at most, each after `between`. */
  const looks = (between: (look: number) => unknown) => {
    for (let one = 1; one <= 20; one++) {
      between(one);
      if (look()) return one;
    }
    return "alive";
  };

  test("an instance whose drain watcher makes its rounds, and whose agent works, stays", () => {
    expect(looks(beats)).toBe("alive");
  });

  test.each(["inactive", "failed", "deactivating"])("an agent that is %s is the drain watcher's business", (state) => {
    machine.set("agent-state", state);
    expect(looks(beats)).toBe("alive");
  });

  const complaints = [
    {
      what: "a drain watcher that stands still, or is killed time and again",
      between: (one: number) => one > 1 || beats(),
      reason: "the drain watcher stands still",
      after: 9,
    },
    {
      what: "a drain watcher that has never made a round",
      between: () => machine.delete(`${run}/watcher-beat`),
      reason: "the drain watcher stands still",
      after: 8,
    },
    {
      what: "an agent that a job has stopped",
      between: () => beats().write("proc/77/status", "Name:\tbuildkite-agent\nState:\tT (stopped)\n"),
      reason: "the agent is stopped",
      after: 8,
    },
    {
      what: "an agent that starts for ever",
      between: () => beats().set("agent-state", "activating"),
      reason: "the agent does not start",
      after: 8,
    },
  ];
  test.each(complaints)("$what ends the instance at the look after four minutes", ({ between, reason, after }) => {
    expect(looks(between)).toBe(after);
    expect(machine.read("var/log/elastic-stack.log")).toContain(`liveness: ${reason}; the machine is switched off`);
  });

  test("what was wrong for a while, and is right again, is forgotten", () => {
    expect(looks((one) => beats().set("agent-state", one % 8 === 0 ? "active" : "activating"))).toBe("alive");
  });
});

describe("the end", () => {
  beforeEach(() => up(600));
  const ending = () => machine.run("liveness.sh");
  const off = "systemctl poweroff --force";

  test("the group hears of it, then the machine is switched off", () => {
    const { calls } = ending();
    expect(calls[0]).toContain("timeout 20 aws autoscaling set-instance-health --health-status Unhealthy");
    expect(calls.slice(1)).toEqual([`0 ${off}`]);
  });

  test("needs no metadata", () => {
    machine.set("outage", "0 100000 6");
    expect(ending().calls.map((call) => call.replace(/^\d+ /, ""))).toEqual([off]);
  });

  test("needs none of the other scripts", () => {
    machine.delete("usr/local/lib/buildkite-elastic-ci-stack/instance.sh");
    expect(ending().calls).toEqual([`0 ${off}`]);
  });

  test.each(["refused", "hung", "ignored"])(
    "a power-off that is %s is tried harder, and at last by the kernel",
    (fault) => {
      machine.set("faults/poweroff", fault);
      const { calls, gone } = ending();
      expect(calls.slice(1).map((call) => call.replace(/^\d+ /, ""))).toEqual([off, `${off} --force`]);
      expect(machine.read("proc/sysrq-trigger")).toBe("o\n");
      expect(gone ?? Number(machine.read("fake/clock"))).toBeLessThan(300);
    },
  );
});
