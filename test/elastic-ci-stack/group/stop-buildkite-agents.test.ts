import { statement, synthesized } from "../../harness/synthesized";

const stack = synthesized({ buildkiteAgentEnableGracefulShutdown: true, instanceTerminationGracePeriod: 1800 });
const policy = stack.all("aws_iam_role_policy")["stop_buildkite_agents"].policy as string;

test("switching graceful shutdown off changes the invocation's input and nothing else, so that no group is stopped for it", () => {
  const on = synthesized({ buildkiteAgentEnableGracefulShutdown: true });
  const off = synthesized({ buildkiteAgentEnableGracefulShutdown: false });
  const invocation = (made: typeof on) => made.all("aws_lambda_invocation")["stop_buildkite_agents_on_replacement"];
  expect(off.types).toEqual(on.types);
  expect(off.all("aws_lambda_function")).toEqual(on.all("aws_lambda_function"));
  expect(invocation(on).input).toContain('"enabled" = true');
  expect(invocation(off)).toEqual({
    ...invocation(on),
    input: (invocation(on).input as string).replace('"enabled" = true', '"enabled" = false'),
  });
});

test("agents are stopped when the group is destroyed, not when it is created: the invocation is replaced with the group's ARN", () => {
  expect(stack.all("aws_lambda_invocation")["stop_buildkite_agents_on_replacement"]).toMatchObject({
    function_name: "${aws_lambda_function.stop_buildkite_agents.function_name}",
    lifecycle_scope: "CRUD",
    lifecycle: { replace_triggered_by: ["aws_autoscaling_group.agent_auto_scale_group.arn"] },
  });
});

test("the hook exists until the function has run", () => {
  const { depends_on } = stack.all("aws_lambda_invocation")["stop_buildkite_agents_on_replacement"];
  expect(depends_on).toEqual(["aws_autoscaling_lifecycle_hook.instance_terminating"]);
});

test.each(["linux", "windows"] as const)(
  "the invocation has the group, the operating system %s, and the timeout",
  (system) => {
    const { all } = synthesized({
      buildkiteAgentEnableGracefulShutdown: true,
      instanceOperatingSystem: system,
      instanceTerminationGracePeriod: 1800,
    });
    expect(all("aws_lambda_invocation")["stop_buildkite_agents_on_replacement"].input).toBe(
      `\${jsonencode({ "enabled" = true, "autoScalingGroupName" = aws_autoscaling_group.agent_auto_scale_group.name, "operatingSystem" = "${system}", "timeoutSeconds" = 1800 })}`,
    );
  },
);

test("its timeout is Lambda's longest", () => {
  expect(stack.all("aws_lambda_function")["stop_buildkite_agents"].timeout).toBe(900);
});

test("it may update its own group and no other", () => {
  expect(statement(policy, "EmptyGroup")).toMatchObject({
    Action: ["autoscaling:UpdateAutoScalingGroup"],
    Resource: [
      "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/buildkite-stack-0a1b2c3d-asg",
    ],
  });
});

test("it may send commands by the two documents only, and to instances of its own group only", () => {
  expect(statement(policy, "UseStopDocuments")?.Resource).toEqual([
    "arn:aws:ssm:us-east-1::document/AWS-RunShellScript",
    "arn:aws:ssm:us-east-1::document/AWS-RunPowerShellScript",
  ]);
  expect(statement(policy, "StopAgents")).toMatchObject({
    Resource: ["arn:aws:ec2:us-east-1:123456789012:instance/*"],
    Condition: { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": "buildkite-stack-0a1b2c3d-asg" } },
  });
});
