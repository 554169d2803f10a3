import { type Clock, run } from "../../../lambda/stop-buildkite-agents/run";
import { FakeAutoScaling, inService, instance } from "../../harness/fake-auto-scaling";
import { FakeSystemsManager } from "../../harness/fake-systems-manager";
import { recordedLog } from "../../harness/recorded-log";

const OLD = { autoScalingGroupName: "old-asg", operatingSystem: "windows", timeoutSeconds: 600 };
const NEW = { autoScalingGroupName: "new-asg", operatingSystem: "linux", timeoutSeconds: 3600 };

/** A function that is about to be ended by Lambda. */
const noTime: Clock = { remainingSeconds: () => 0, sleep: () => Promise.reject(new Error("no time for a pause")) };

function bothGroups() {
  const autoScaling = new FakeAutoScaling();
  const old = autoScaling.add("old-asg", [instance(1, "InService")]);
  const current = autoScaling.add("new-asg", [instance(2, "InService")]);
  const systemsManager = new FakeSystemsManager();
  const stop = (event: unknown) => run(event, autoScaling, systemsManager, noTime, recordedLog().log);
  return { autoScaling, old, current, systemsManager, stop };
}

function oneGroup(instances = inService(1)) {
  const autoScaling = new FakeAutoScaling();
  const group = autoScaling.add("new-asg", instances);
  const systemsManager = new FakeSystemsManager();
  const { log, lines } = recordedLog();
  const stop = () => run({ ...NEW, tf: { action: "delete" } }, autoScaling, systemsManager, noTime, log);
  return { autoScaling, group, systemsManager, lines, stop };
}

const untouched = [
  { name: "create", tf: { action: "create", prev_input: null } },
  { name: "create that names a previous input", tf: { action: "create", prev_input: OLD } },
  { name: "update of the same group", tf: { action: "update", prev_input: { ...NEW, timeoutSeconds: 1 } } },
  { name: "update without a previous input", tf: { action: "update", prev_input: null } },
  {
    name: "update from what Buildkite's own module left in the state",
    tf: {
      action: "update",
      prev_input: { RequestType: "Update", OldResourceProperties: { AutoScalingGroupName: "new-asg" } },
    },
  },
  {
    name: "update that switches it off",
    enabled: false,
    tf: { action: "update", prev_input: { ...NEW, enabled: true } },
  },
  {
    name: "update that switches it on",
    enabled: true,
    tf: { action: "update", prev_input: { ...NEW, enabled: false } },
  },
  {
    name: "update to another group from one that nothing may stop",
    enabled: true,
    tf: { action: "update", prev_input: { ...OLD, enabled: false } },
  },
  { name: "delete while it is switched off", enabled: false, tf: { action: "delete", prev_input: null } },
];

test.each(untouched)("$name stops no group", async ({ tf, enabled }) => {
  const { autoScaling, systemsManager, stop } = bothGroups();
  expect(await stop({ ...NEW, enabled, tf })).toEqual({
    action: tf.action,
    autoScalingGroupName: null,
    outcome: "nothing to do",
    instances: [],
    unreachable: [],
  });
  expect(autoScaling.calls).toEqual([]);
  expect(systemsManager.sent).toEqual([]);
});

test("update to another group stops the old one, with the old one's system and timeout", async () => {
  const { old, current, systemsManager, stop } = bothGroups();
  const result = await stop({ ...NEW, tf: { action: "update", prev_input: OLD } });
  expect(result).toMatchObject({ action: "update", autoScalingGroupName: "old-asg", outcome: "stopping" });
  expect([old.minSize, old.desiredCapacity]).toEqual([0, 0]);
  expect([current.minSize, current.desiredCapacity]).toEqual([1, 1]);
  expect(systemsManager.sent).toEqual([{ ids: [instance(1, "").id], system: "windows", timeoutSeconds: 600 }]);
});

const named = [
  {
    name: "delete while it is switched on",
    enabled: true,
    tf: { action: "delete", prev_input: OLD },
    action: "delete",
  },
  { name: "delete of an older release's input", tf: { action: "delete", prev_input: OLD }, action: "delete" },
  { name: "a call by hand, without tf", tf: undefined, action: "invoke" },
  { name: "a call by hand while it is switched off", enabled: false, tf: undefined, action: "invoke" },
];

test.each(named)("$name stops the group of the input", async ({ tf, enabled, action }) => {
  const { old, current, systemsManager, stop } = bothGroups();
  const ids = [instance(2, "").id];
  const result = await stop({ ...NEW, enabled, tf });
  expect(result).toEqual({
    action,
    autoScalingGroupName: "new-asg",
    outcome: "stopping",
    instances: ids,
    unreachable: [],
  });
  expect([current.minSize, current.desiredCapacity]).toEqual([0, 0]);
  expect([old.minSize, old.desiredCapacity]).toEqual([1, 1]);
  expect(systemsManager.sent).toEqual([{ ids, system: "linux", timeoutSeconds: 3600 }]);
});

test("a group that does not exist is a success", async () => {
  const { autoScaling, systemsManager, stop } = oneGroup();
  autoScaling.groups.clear();
  expect(await stop()).toMatchObject({ outcome: "already gone", autoScalingGroupName: "new-asg" });
  expect(systemsManager.attempts).toBe(0);
});

test("capacity is 0 before an agent is stopped, and the instances are described after that", async () => {
  const { autoScaling, stop } = oneGroup();
  await stop();
  expect(autoScaling.calls.slice(0, 3)).toEqual(["describe new-asg", "capacity 0 new-asg", "describe new-asg"]);
});

test("an instance that the lowered capacity ends is left to its lifecycle hook", async () => {
  const { systemsManager, stop } = oneGroup([
    { ...instance(1, "InService"), protected: false },
    instance(2, "InService"),
  ]);
  await stop();
  expect(systemsManager.sent.map(({ ids }) => ids)).toEqual([[instance(2, "").id]]);
});

const states = [
  { state: "InService", sent: true },
  { state: "Pending", sent: true },
  { state: "Pending:Wait", sent: true },
  { state: "Pending:Proceed", sent: true },
  { state: "Terminating", sent: false },
  { state: "Terminating:Wait", sent: false },
  { state: "Terminating:Proceed", sent: false },
  { state: "Terminated", sent: false },
  // Its agent goes on taking jobs: standby only takes an instance out of the group's health checks.
  { state: "EnteringStandby", sent: true },
  { state: "Standby", sent: true },
];

test.each(states)("an instance in state $state is sent the stop script: $sent", async ({ state, sent }) => {
  const { systemsManager, stop } = oneGroup([instance(1, state)]);
  const result = await stop();
  expect(result.instances).toEqual(sent ? [instance(1, "").id] : []);
  expect(systemsManager.sent.flatMap(({ ids }) => ids)).toEqual(result.instances);
});

const sizes = [
  { instances: 0, batches: [] },
  { instances: 1, batches: [1] },
  { instances: 50, batches: [50] },
  { instances: 51, batches: [50, 1] },
  { instances: 120, batches: [50, 50, 20] },
];

test.each(sizes)("$instances instances are stopped in batches of $batches", async ({ instances, batches }) => {
  const { systemsManager, stop } = oneGroup(inService(instances));
  await stop();
  expect(systemsManager.sent.map(({ ids }) => ids.length)).toEqual(batches);
  expect(systemsManager.sent.flatMap(({ ids }) => ids)).toEqual(inService(instances).map(({ id }) => id));
});

test("one unreachable instance does not keep the others from being stopped, and is logged as a warning", async () => {
  const { systemsManager, lines, stop } = oneGroup(inService(120));
  const lost = instance(60, "").id;
  systemsManager.unknown.add(lost);
  const result = await stop();
  expect(result.unreachable).toEqual([lost]);
  expect(result.instances).toHaveLength(119);
  expect(new Set(result.instances)).toEqual(new Set(inService(120).flatMap(({ id }) => (id === lost ? [] : [id]))));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "warn", unreachable: [lost] });
});

test("when no instance is reachable, the search for the reachable ones is bounded", async () => {
  const { systemsManager, stop } = oneGroup(inService(50));
  for (const { id } of inService(50)) systemsManager.unknown.add(id);
  expect((await stop()).unreachable).toHaveLength(50);
  expect(systemsManager.attempts).toBe(99);
});

test("every batch is tried, and all failures come together in one error", async () => {
  const { systemsManager, stop } = oneGroup(inService(101));
  systemsManager.failing.add(instance(0, "").id).add(instance(100, "").id);
  const outcome = await stop().catch((error: unknown) => (error as Error).message);
  expect(outcome).toMatch(
    /^agents of new-asg that could not be told to stop: i-0+ .*Rate exceeded; i-0+100: Rate exceeded$/,
  );
  expect(systemsManager.sent.map(({ ids }) => ids[0])).toEqual([instance(50, "").id]);
});

test("a second run sends the same and fails at nothing", async () => {
  const { group, stop } = oneGroup(inService(3));
  const first = await stop();
  expect(await stop()).toEqual(first);
  expect([group.minSize, group.desiredCapacity]).toEqual([0, 0]);
});

const seconds = "a whole number of seconds from 1 to 172800";
const refused = [
  {
    name: "no system",
    change: { operatingSystem: undefined },
    message: 'operatingSystem must be "linux" or "windows", got nothing',
  },
  {
    name: "another system",
    change: { operatingSystem: "macos" },
    message: 'operatingSystem must be "linux" or "windows", got "macos"',
  },
  {
    name: "no timeout",
    change: { timeoutSeconds: undefined },
    message: `timeoutSeconds must be ${seconds}, got nothing`,
  },
  {
    name: "a timeout as text",
    change: { timeoutSeconds: "60" },
    message: `timeoutSeconds must be ${seconds}, got "60"`,
  },
  { name: "a timeout of 0", change: { timeoutSeconds: 0 }, message: `timeoutSeconds must be ${seconds}, got 0` },
  {
    name: "a timeout above 48 hours",
    change: { timeoutSeconds: 172_801 },
    message: `timeoutSeconds must be ${seconds}, got 172801`,
  },
  {
    name: "a switch as text",
    change: { enabled: "false" },
    message: 'enabled must be true or false, got "false"',
  },
  { name: "half a second", change: { timeoutSeconds: 1.5 }, message: `timeoutSeconds must be ${seconds}, got 1.5` },
  {
    name: "a wrong previous input",
    change: { tf: { action: "update", prev_input: { ...OLD, timeoutSeconds: null } } },
    message: `tf.prev_input.timeoutSeconds must be ${seconds}, got null`,
  },
];

test.each(refused)("$name is refused with the field, the value and what is allowed", async ({ change, message }) => {
  const { autoScaling, stop } = bothGroups();
  await expect(stop({ ...NEW, ...change })).rejects.toThrow(new Error(message));
  expect(autoScaling.calls).toEqual([]);
});

test("the longest timeout is accepted", async () => {
  const { systemsManager, stop } = bothGroups();
  await stop({ ...NEW, timeoutSeconds: 172_800 });
  expect(systemsManager.sent.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([172_800]);
});
