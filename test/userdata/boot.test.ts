import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { imageScripts, linuxFiles, Machine, shipped } from "../harness/userdata/machine";

const unhealthy =
  "timeout 20 aws autoscaling set-instance-health --health-status Unhealthy --no-should-respect-grace-period " +
  "--instance-id i-0123456789abcdef0 --region eu-west-1 --cli-connect-timeout 5 --cli-read-timeout 10";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

const status = "var/log/elastic-stack-bootstrap-status";
/** What every boot begins with. */
const limited = ["0 systemctl daemon-reload", "0 systemctl enable --now buildkite-liveness.timer"];
/** What tells that the agent has registered, and that the boot has come to its end. */
const registered = "run/buildkite-elastic-ci-stack/registered";

describe("the first boot", () => {
  test("runs the parts in order and leaves spot notices to the drain watcher", () => {
    const outcome = machine.run("boot.sh");
    expect(outcome.calls).toEqual([
      ...limited,
      "0 bk-mount-instance-storage.sh",
      "0 bk-configure-docker.sh",
      "0 systemctl enable --now buildkite-drain-watcher.service",
      "0 bk-install-elastic-stack.sh",
      `0 chown root:buildkite-agent ${join(machine.root, "etc/buildkite-agent/buildkite-agent.cfg")}`,
      "0 systemctl disable --now lifecycled.service",
    ]);
    expect(outcome.code).toBe(0);
  });

  test("leaves the agent's token to be read by root and the agent alone, whatever image wrote it", () => {
    const config = "etc/buildkite-agent/buildkite-agent.cfg";
    machine.write(config, 'token="x"\n', 0o644).run("boot.sh");
    expect(statSync(join(machine.root, config)).mode & 0o777).toBe(0o640);
  });

  test("does not end the agent's work where the configuration keeps its mode", () => {
    const outcome = machine.set("failures/chown", "").run("boot.sh");
    expect(outcome.code).toBe(0);
    expect(outcome.log).toContain("the agent's configuration keeps its owner and mode");
  });

  test("succeeds on an image that has no lifecycled", () => {
    machine.set("failures/systemctl-disable", "");
    expect(machine.run("boot.sh").code).toBe(0);
  });

  test("writes what the parts print to the log, and nothing to cloud-init's output", () => {
    machine.imageScript("bk-configure-docker.sh", "echo printed; echo complained >&2");
    const outcome = machine.run("boot.sh");
    expect(outcome.log).toMatch(/printed\ncomplained\n/);
    expect(outcome.output).toBe("");
  });

  test("keeps the log from jobs: the bootstrap script's output is in it", () => {
    const log = join(machine.root, "var/log/elastic-stack.log");
    rmSync(log);
    machine.imageScript("bk-configure-docker.sh", `touch "${machine.root}/made"`);
    machine.run("boot.sh");
    expect(statSync(log).mode & 0o777).toBe(0o640);
    expect(statSync(join(machine.root, "made")).mode & 0o777).toBe(0o644);
  });

  test.each(["yum", "dnf", "apt", "apt-get", "pip"])("never calls %s", (manager) => {
    for (const name of Object.keys(linuxFiles)) {
      expect(shipped(`linux/${name}`)).not.toMatch(new RegExp(`\\b${manager}\\b`));
    }
  });
});

describe("a part that fails", () => {
  const parts = [
    { part: "instance storage", name: "bk-mount-instance-storage.sh", calls: 3 },
    { part: "Docker", name: "bk-configure-docker.sh", calls: 4 },
    { part: "the agent", name: "bk-install-elastic-stack.sh", calls: 6 },
  ];
  test.each(parts)("$part: reason in the log, instance unhealthy, exit code 1, nothing after it", ({ name, calls }) => {
    machine.imageScript(name, "exit 7");
    const outcome = machine.run("boot.sh");
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain(`boot failed: ${name} ended with exit code 7`);
    expect(outcome.calls.slice(calls)).toEqual([`0 ${unhealthy}`]);
  });

  test.each([
    { what: "the liveness timer", verb: "daemon-reload", unit: "" },
    { what: "the liveness timer", verb: "enable", unit: "buildkite-liveness.timer" },
    { what: "the drain watcher", verb: "enable", unit: "buildkite-drain-watcher.service" },
  ])("$what ($verb): no agent is started", ({ what, verb, unit }) => {
    machine.set(`failures/systemctl-${verb}`, unit);
    const outcome = machine.run("boot.sh");
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain(`boot failed: ${what.replace("the ", "")} ended with exit code 1`);
    expect(outcome.calls.at(-1)).toBe(`0 ${unhealthy}`);
    expect(outcome.calls).not.toContain("0 bk-install-elastic-stack.sh");
  });

  test("an image without Buildkite's scripts is reported by name", () => {
    const bare = machine.write(`usr/local/bin/${imageScripts[0]}`, "", 0o644).run("boot.sh");
    expect(bare.code).toBe(1);
    expect(bare.log).toContain(`boot failed: ${imageScripts[0]} ended with exit code 126`);
  });

  test("the group is told again, after growing pauses, until it listens", () => {
    machine.imageScript("bk-mount-instance-storage.sh", "exit 7").set("failures/set-instance-health", "3");
    const outcome = machine.run("boot.sh");
    expect(outcome.calls.slice(3)).toEqual([0, 2, 6, 14].map((second) => `${second} ${unhealthy}`));
    expect(outcome.code).toBe(1);
  });

  test("a group that never listens is given up on, and the boot still fails", () => {
    machine.imageScript("bk-mount-instance-storage.sh", "exit 7").set("failures/set-instance-health", "99");
    const outcome = machine.run("boot.sh");
    expect(outcome.calls).toHaveLength(8);
    expect(outcome.log).toContain("could not be told that this instance is unhealthy");
    expect(outcome.code).toBe(1);
  });

  test("without instance metadata the boot still fails, with its reason in the log", () => {
    machine.imageScript("bk-mount-instance-storage.sh", "exit 7").set("outage", "0 100000");
    const outcome = machine.run("boot.sh");
    expect(outcome.calls).toEqual([...limited, "0 bk-mount-instance-storage.sh"]);
    expect(outcome.log).toContain("boot failed: bk-mount-instance-storage.sh ended with exit code 7");
    expect(outcome.code).toBe(1);
  });

  test("without the library the exit code is not zero", () => {
    machine.write(linuxFiles["instance.sh"], "return 3\n");
    expect(machine.run("boot.sh").code).toBe(3);
  });
});

describe("the end of a boot is the agent's registration", () => {
  const begun = (boot: string) => (boot === "first" ? machine : machine.write(status, "Completed\n"));

  test.each(["first", "later"])("the %s one goes on for as long as the agent tries to register", (boot) => {
    begun(boot)
      .set("agent-log", "0 Registering agent with Buildkite...\n250 INFO Successfully registered agent")
      .run("boot.sh");
    expect(Number(machine.read("fake/clock"))).toBeGreaterThanOrEqual(250);
    expect(machine.exists(registered)).toBe(true);
  });

  test.each(["first", "later"])("the %s one fails where the agent has ended without it", (boot) => {
    const outcome = begun(boot).set("agent-log", "0 Unauthorized").set("life", "0 active\n40 failed").run("boot.sh");
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain("the agent ended before it had registered");
    expect(outcome.calls.at(-1)).toMatch(unhealthy);
    expect(machine.exists(registered)).toBe(false);
  });

  test.each(["failed", "inactive"])("a job that has ended the agent by then (%s) undoes nothing", (state) => {
    const outcome = machine.set("agent-state", state).run("boot.sh");
    expect([outcome.code, machine.exists(registered)]).toEqual([0, true]);
  });

  test("an agent that has failed, and that the drain watcher has started again, may still register", () => {
    machine.set("agent-log", "9 Successfully registered agent").set("life", "0 failed\n2 active");
    expect(machine.run("boot.sh").code).toBe(0);
  });
});

describe("a later boot", () => {
  test("changes nothing when the first one was completed", () => {
    const outcome = machine.write(status, "Completed\n").run("boot.sh");
    expect(outcome).toMatchObject({ code: 0, calls: limited });
    expect(machine.exists(registered)).toBe(true);
  });

  test("leaves the start of the agent to the image's last part where the image does not have it enabled", () => {
    rmSync(join(machine.fake, "agent-enabled"));
    const outcome = machine.write(status, "Completed\n").run("boot.sh");
    expect(outcome).toMatchObject({ code: 0, calls: [...limited, "0 bk-install-elastic-stack.sh"] });
  });

  test("fails where the agent cannot be started", () => {
    rmSync(join(machine.fake, "agent-enabled"));
    machine.imageScript("bk-install-elastic-stack.sh", "exit 9");
    const outcome = machine.write(status, "Completed\n").run("boot.sh");
    const calls = [...limited, "0 bk-install-elastic-stack.sh", `0 ${unhealthy}`];
    expect(outcome).toMatchObject({ code: 1, calls });
  });

  test.each(["Started\n", ""])("is refused when the first one broke off (status %j)", (content) => {
    const outcome = machine.write(status, content).run("boot.sh");
    expect(outcome.code).toBe(1);
    expect(outcome.calls).toEqual([...limited, `0 ${unhealthy}`]);
    expect(outcome.log).toContain("boot failed: an earlier boot of this instance broke off half-way");
  });

  test("after a complete first one runs no part a second time", () => {
    machine.imageScript("bk-install-elastic-stack.sh", `echo Completed >"$ELASTIC_STACK_ROOT/${status}"`);
    const first = machine.run("boot.sh");
    const second = machine.run("boot.sh");
    expect(second).toMatchObject({ code: 0, calls: [...first.calls, ...limited] });
  });
});

describe("settings that cannot be read", () => {
  test.each([
    { case: "there is no jq", path: "/nonexistent" },
    { case: "jq fails", path: "broken" },
  ])("$case: the program is not run", ({ path }) => {
    const real = new Machine({ realLoader: true });
    real.write("broken/jq", "#!/bin/bash\nprintf 'NAME\\0value\\0'; exit 2\n", 0o755);
    const directory = path === "broken" ? `${real.root}/broken` : path;
    const outcome = real.run("with-environment.sh", { PATH: directory }, "/bin/touch", `${real.root}/ran`);
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain("cannot read");
    expect(real.read("ran")).toBe("");
    real.remove();
  });
});
