import { run } from "../../../lambda/az-rebalancing-suspender/run";
import { FakeAutoScaling } from "../../harness/fake-auto-scaling";
import { recordedLog } from "../../harness/recorded-log";

const GROUP = "ci-asg";

const acted = [
  { name: "create", tf: { action: "create", prev_input: null }, action: "create" },
  { name: "update", tf: { action: "update", prev_input: { autoScalingGroupName: "old" } }, action: "update" },
  { name: "a call by hand, without tf", tf: undefined, action: "invoke" },
];

test.each(acted)("$name suspends AZRebalance and nothing else on the named group", async ({ tf, action }) => {
  const autoScaling = new FakeAutoScaling();
  const group = autoScaling.add(GROUP);
  autoScaling.add("old");
  const result = await run({ autoScalingGroupName: GROUP, tf }, autoScaling, recordedLog().log);
  expect(result).toEqual({ autoScalingGroupName: GROUP, action, suspended: ["AZRebalance"] });
  expect([...group.suspended]).toEqual(["AZRebalance"]);
  expect(autoScaling.calls).toEqual([`suspend AZRebalance ${GROUP}`]);
});

test("the input of Buildkite's own module, which Terraform passes, is understood", async () => {
  const autoScaling = new FakeAutoScaling();
  autoScaling.add(GROUP);
  const event = { RequestType: "Create", ResourceProperties: { AutoScalingGroupName: GROUP } };
  await run(event, autoScaling, recordedLog().log);
  expect(autoScaling.calls).toEqual([`suspend AZRebalance ${GROUP}`]);
});

test("delete calls nothing, even when the group is gone", async () => {
  const autoScaling = new FakeAutoScaling();
  const event = { autoScalingGroupName: GROUP, tf: { action: "delete", prev_input: null } };
  const result = await run(event, autoScaling, recordedLog().log);
  expect(result).toEqual({ autoScalingGroupName: GROUP, action: "delete", suspended: [] });
  expect(autoScaling.calls).toEqual([]);
});

test("running twice gives the same result and the same group", async () => {
  const autoScaling = new FakeAutoScaling();
  const group = autoScaling.add(GROUP);
  const first = await run({ autoScalingGroupName: GROUP }, autoScaling, recordedLog().log);
  const second = await run({ autoScalingGroupName: GROUP }, autoScaling, recordedLog().log);
  expect(second).toEqual(first);
  expect([...group.suspended]).toEqual(["AZRebalance"]);
});

test("a group that does not exist is an error on create", async () => {
  const event = { autoScalingGroupName: GROUP, tf: { action: "create", prev_input: null } };
  await expect(run(event, new FakeAutoScaling(), recordedLog().log)).rejects.toThrow("name not found - ci-asg");
});

const refused = [
  {
    name: "no group name in that input",
    event: { ResourceProperties: {} },
    message:
      "ResourceProperties.AutoScalingGroupName must be the name of an Auto Scaling group (1 to 255 characters), got nothing",
  },
  { name: "no object", event: null, message: "event must be an object, got null" },
  {
    name: "no group name",
    event: {},
    message: "autoScalingGroupName must be the name of an Auto Scaling group (1 to 255 characters), got nothing",
  },
  {
    name: "an empty group name",
    event: { autoScalingGroupName: "" },
    message: 'autoScalingGroupName must be the name of an Auto Scaling group (1 to 255 characters), got ""',
  },
  {
    name: "a group name that is too long",
    event: { autoScalingGroupName: "x".repeat(256) },
    message: `autoScalingGroupName must be the name of an Auto Scaling group (1 to 255 characters), got "${"x".repeat(99)}`,
  },
  { name: "tf as text", event: { autoScalingGroupName: GROUP, tf: "x" }, message: 'tf must be an object, got "x"' },
  {
    name: "an unknown action",
    event: { autoScalingGroupName: GROUP, tf: { action: "read" } },
    message: 'tf.action must be "create" or "update" or "delete", got "read"',
  },
  {
    name: "a list as previous input",
    event: { autoScalingGroupName: GROUP, tf: { action: "update", prev_input: [] } },
    message: "tf.prev_input must be an object, got []",
  },
];

test.each(refused)("$name is refused with the field, the value and what is allowed", async ({ event, message }) => {
  const autoScaling = new FakeAutoScaling();
  await expect(run(event, autoScaling, recordedLog().log)).rejects.toThrow(new Error(message));
  expect(autoScaling.calls).toEqual([]);
});
