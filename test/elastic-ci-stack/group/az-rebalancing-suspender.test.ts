import { statement, synthesized } from "../../harness/synthesized";

const stack = synthesized();

test("rebalancing is suspended when the group is made, and anew when it is replaced", () => {
  expect(stack.all("aws_lambda_invocation")["suspend_az_rebalance"]).toEqual({
    function_name: "${aws_lambda_function.az_rebalancing_suspender.function_name}",
    input:
      '${jsonencode({ "RequestType" = "Create", "ResourceProperties" = { "AutoScalingGroupName" = aws_autoscaling_group.agent_auto_scale_group.name } })}',
    lifecycle: { replace_triggered_by: ["aws_autoscaling_group.agent_auto_scale_group.arn"] },
  });
});

test("it may suspend processes of its own group and no other", () => {
  expect(
    statement(stack.all("aws_iam_role_policy")["asg_process_suspender"].policy as string, "SuspendProcesses"),
  ).toMatchObject({
    Action: ["autoscaling:SuspendProcesses"],
    Resource: [
      "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/buildkite-stack-0a1b2c3d-asg",
    ],
  });
});
