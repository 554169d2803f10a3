import { synthesized } from "../../harness/synthesized";

const scheduled = synthesized({
  enableScheduledScaling: true,
  scheduleTimezone: "Europe/Berlin",
  scaleUpMinSize: 3,
  minSize: 1,
});

test.each([
  ["scheduled_scale_up_action", "ScaleUp", "0 8 * * MON-FRI", 3],
  ["scheduled_scale_down_action", "ScaleDown", "0 18 * * MON-FRI", 0],
])("%s moves the minimum and leaves maximum and desired capacity alone", (id, name, recurrence, minimum) => {
  expect(scheduled.all("aws_autoscaling_schedule")[id]).toMatchObject({
    scheduled_action_name: `buildkite-stack-0a1b2c3d-${name}`,
    recurrence,
    time_zone: "Europe/Berlin",
    min_size: minimum,
    max_size: -1,
    desired_capacity: -1,
  });
});

test("without schedules there is no action, and the group is not looked up", () => {
  const stack = synthesized();
  expect(stack.types).not.toContain("aws_autoscaling_schedule");
  expect([stack.data("aws_autoscaling_group"), stack.data("aws_autoscaling_groups")]).toEqual([{}, {}]);
});

test("an apply keeps the minimum that a scheduled action has set", () => {
  expect(scheduled.only("aws_autoscaling_group").min_size).toBe(
    '${(contains(data.aws_autoscaling_groups.same_name.names, "buildkite-stack-0a1b2c3d-asg") ? min(data.aws_autoscaling_group.live[0].min_size, 10) : 1)}',
  );
});
