import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { linuxFiles, Machine, shipped } from "../../harness/userdata/machine";
import { imageFiles } from "../../harness/image/machine";

const agent = readFileSync(join(imageFiles, "etc/systemd/system/buildkite-agent.service"), "utf8");
const watcher = shipped("linux/buildkite-drain-watcher.service");
const published = shipped("linux/buildkite-agent-watched.conf");

/** The last value that a unit gives to a setting. */
const setting = (unit: string, name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].at(-1)?.[1];

describe("the agent's unit", () => {
  test("cannot be enabled, so that no boot starts the agent before its time", () => {
    expect(agent).not.toMatch(/^\[Install\]/m);
  });

  test("refuses to start without the gate: where it only skipped the start, nobody would see it fail", () => {
    expect(setting(agent, "AssertPathExists")).toBe("/run/buildkite-elastic-ci-stack/ready");
    expect(agent).not.toContain("ConditionPathExists");
  });

  test("runs nothing as root, and leaves what follows the agent's end to the watcher", () => {
    expect(setting(agent, "User")).toBe("buildkite-agent");
    expect([...agent.matchAll(/^Exec\w+=.*$/gm)].map(([line]) => line)).toEqual([
      "ExecStart=/usr/bin/buildkite-agent start --config /run/buildkite-elastic-ci-stack/agent-secrets/buildkite-agent.cfg",
    ]);
    expect(setting(agent, "Restart")).toBe("no");
  });

  test("reads nothing from a folder that jobs may write", () => {
    expect(setting(agent, "EnvironmentFile")).toMatch(/^-\/etc\/buildkite-elastic-ci-stack\//);
  });

  test("tells the agent alone to stop, and ends what its jobs leave behind", () => {
    expect(setting(agent, "KillMode")).toBe("mixed");
  });

  test("bounds a stop, beyond the longest grace period of all", () => {
    for (const unit of [agent, published]) expect(setting(unit, "TimeoutStopSec")).toBe("48h");
  });

  test("has a log that tells of the agent's registration, whatever level an environment file asks for", () => {
    for (const unit of [agent, published]) expect(setting(unit, "UnsetEnvironment")).toBe("BUILDKITE_AGENT_LOG_LEVEL");
  });

  test("lets jobs be ended when memory runs out, and the agent outlast that", () => {
    expect(Number(setting(agent, "OOMScoreAdjust"))).toBeGreaterThan(-1000);
    expect(setting(agent, "OOMPolicy")).toBe("continue");
  });

  test("keeps the place of terminate-instance's mark beyond the agent's end", () => {
    expect(setting(agent, "RuntimeDirectory")).toBe("buildkite-agent");
    expect(setting(agent, "RuntimeDirectoryPreserve")).toBe("yes");
    expect(shipped("linux/drain-watcher.sh")).toContain("mark=$root/run/buildkite-agent/leave\n");
  });
});

test("no limit of systemd refuses a start that the watcher asks for", () => {
  expect([agent, published].map((unit) => setting(unit, "StartLimitIntervalSec"))).toEqual(["0", "0"]);
});

test("on Buildkite's images neither their script nor systemd acts upon the agent's end", () => {
  expect([setting(published, "ExecStopPost"), setting(published, "Restart")]).toEqual(["", "no"]);
  expect(linuxFiles["buildkite-agent-watched.conf"]).toMatch(
    /^etc\/systemd\/system\/buildkite-agent.service.d\/.*\.conf$/,
  );
});

test("the watcher comes back whatever ends it, for ever, and outlasts a lack of memory", () => {
  expect(setting(watcher, "Restart")).toBe("always");
  expect(setting(watcher, "StartLimitIntervalSec")).toBe("0");
  expect(Number(setting(watcher, "OOMScoreAdjust"))).toBeLessThanOrEqual(-900);
});

test("the watcher names the agent's unit: else systemd would forget the ended agent, and the instance stay", () => {
  expect(setting(watcher, "Before")).toBe("buildkite-agent.service");
});

describe("the programs that keep the original's names", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => machine.remove());

  /** Runs one of the image's programs with the stubs. */
  const run = (name: string, ...words: string[]) =>
    machine.run("with-environment.sh", {}, join(imageFiles, "usr/local/bin", name), ...words);
  const transition = ["autoscaling:EC2_INSTANCE_TERMINATING", "i-0123456789abcdef0"];
  const stop = "systemctl stop --no-block buildkite-agent.service";
  const config = "etc/buildkite-agent/buildkite-agent.cfg";
  const cancel = "systemctl kill --kill-who=main --signal=SIGQUIT buildkite-agent.service";

  test("stop-agent-gracefully returns when the jobs are done, however long they take", () => {
    machine.set("job-seconds", "1000");
    expect(run("stop-agent-gracefully", ...transition)).toMatchObject({ code: 0, calls: [`0 ${stop}`] });
    expect(machine.read("fake/clock")).toBe("1000\n");
  });

  test("stop-agent-gracefully cancels the jobs of a spot instance in time", () => {
    machine.set("job-seconds", "1000").write(config, "name=a\ncancel-grace-period=60\n");
    const outcome = run("stop-agent-gracefully", "ec2:SPOT", transition[1]!, "1970-01-01T00:02:00Z");
    expect(outcome).toMatchObject({ code: 0, calls: [`0 ${stop}`, `50 ${cancel}`] });
  });

  test("stop-agent-gracefully kills what runs on then, so that the agent reports it in time", () => {
    machine.set("job-seconds", "1000").set("grace", "9999");
    machine.write(config, 'cancel-signal-timeout="30s"\ncancel-cleanup-timeout="10s"\n');
    const outcome = run("stop-agent-gracefully", "ec2:SPOT", transition[1]!, "1970-01-01T00:02:00Z");
    expect(outcome).toMatchObject({ code: 0, calls: [`0 ${stop}`, `70 ${cancel}`, "110 kill -KILL 811 812"] });
  });

  test("stop-agent-gracefully evaluates nothing", () => {
    const source = readFileSync(join(imageFiles, "usr/local/bin/stop-agent-gracefully"), "utf8");
    expect(source).not.toMatch(/\beval\b|\bsource\b|^\s*\. /m);
  });

  test("stop-agent-gracefully fails where systemd does", () => {
    machine.set("failures/systemctl-stop", "");
    expect(run("stop-agent-gracefully", ...transition).code).not.toBe(0);
  });

  test("terminate-instance leaves the watcher's mark, however often it is called", () => {
    machine.write("run/buildkite-agent/.folder", "");
    expect([run("terminate-instance").code, run("terminate-instance").code]).toEqual([0, 0]);
    machine.metadata("autoscaling/target-lifecycle-state", "0 InService").set("end-of-time", "12");
    expect(machine.run("drain-watcher.sh").calls).toEqual([`5 ${stop}`]);
  });

  test("terminate-instance, called by root, writes nothing where a job's link points to", () => {
    machine.write("run/buildkite-agent/.folder", "");
    symlinkSync(join(machine.root, "planted"), join(machine.root, "run/buildkite-agent/leave"));
    run("terminate-instance");
    expect(existsSync(join(machine.root, "planted"))).toBe(false);
    machine.metadata("autoscaling/target-lifecycle-state", "0 InService").set("end-of-time", "12");
    expect(machine.run("drain-watcher.sh").calls).toEqual([`5 ${stop}`]);
  });
});
