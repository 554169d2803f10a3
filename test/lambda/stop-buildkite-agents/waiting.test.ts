import { type Clock, run } from "../../../lambda/stop-buildkite-agents/run";
import { FakeAutoScaling, inService, instance } from "../../harness/fake-auto-scaling";
import { FakeSystemsManager } from "../../harness/fake-systems-manager";
import { recordedLog } from "../../harness/recorded-log";

const TIMEOUT_SECONDS = 3600;
const EVENT = {
  autoScalingGroupName: "ci-asg",
  operatingSystem: "linux",
  timeoutSeconds: TIMEOUT_SECONDS,
  tf: { action: "delete" },
};

const [FIRST, BOOTING] = [instance(0, "").id, instance(1, "").id];
const REACHED_AFTER = 60;

/** Time passes only in pauses; after `gone` seconds the group has no instance left. */
function drainingGroup(gone: number, limit: number) {
  const time = { passed: 0 };
  const clock: Clock = {
    remainingSeconds: () => limit - time.passed,
    sleep: (seconds) => {
      time.passed += seconds;
      if (time.passed >= gone) group.instances = [];
      if (time.passed >= REACHED_AFTER) systemsManager.unknown.delete(BOOTING);
      return Promise.resolve();
    },
  };
  const autoScaling = new FakeAutoScaling();
  const group = autoScaling.add("ci-asg", inService(2));
  const systemsManager = new FakeSystemsManager();
  const { log, lines } = recordedLog();
  const stop = () => run(EVENT, autoScaling, systemsManager, clock, log);
  return { time, systemsManager, stop, lines };
}

test("it returns as soon as the last instance is gone", async () => {
  const { time, stop } = drainingGroup(120, 900);
  expect(await stop()).toMatchObject({ outcome: "stopped" });
  expect(time.passed).toBe(120);
});

test("it returns before Lambda's timeout, and warns of the instances that are left", async () => {
  const { time, stop, lines } = drainingGroup(10_000, 900);
  expect(await stop()).toMatchObject({ outcome: "stopping" });
  expect(time.passed).toBeLessThan(900);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ level: "warn", outcome: "stopping" });
});

test("it waits no longer than the agents' timeout", async () => {
  const { time, stop } = drainingGroup(10_000, 10_000);
  expect(await stop()).toMatchObject({ outcome: "stopping" });
  expect(time.passed).toBe(TIMEOUT_SECONDS);
});

test("an instance that Systems Manager reaches only later is stopped then, and none is sent the script twice", async () => {
  const { systemsManager, stop } = drainingGroup(300, 900);
  systemsManager.unknown.add(BOOTING);
  expect(await stop()).toMatchObject({ outcome: "stopped", instances: [FIRST, BOOTING], unreachable: [] });
  expect(systemsManager.sent.map(({ ids }) => ids)).toEqual([[FIRST], [BOOTING]]);
});

test("an instance that is never reached is tried at each description, and logged in one line", async () => {
  const { time, systemsManager, stop, lines } = drainingGroup(10_000, REACHED_AFTER + 59);
  systemsManager.unknown.add(FIRST);
  expect(await stop()).toMatchObject({ outcome: "stopping", instances: [BOOTING], unreachable: [FIRST] });
  // Both together, then each by itself; after that only the one that was not reached before.
  expect(systemsManager.attempts).toBe(3 + time.passed / 15);
  expect(lines).toHaveLength(1);
});
