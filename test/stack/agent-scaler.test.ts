import { type ElasticCiStackProps } from "../../src/inputs/props.generated";
import { COMPLETE_ENVIRONMENT } from "../support/agent-scaler-environment";
import { actions, type Body, statement, synthesized } from "../support/synthesized";

const scaler = (props: Partial<ElasticCiStackProps> = {}): Body =>
  synthesized(props).all("aws_lambda_function")["scaler"];
const environment = (props: Partial<ElasticCiStackProps> = {}): Record<string, string> =>
  scaler(props).environment.variables;
const policy = (props: Partial<ElasticCiStackProps> = {}) =>
  synthesized(props).all("aws_iam_role_policy")["scaler_lambda_policy"].policy as string;

test("the environment has exactly the names that AgentScaler reads", () => {
  expect(Object.keys(environment()).sort()).toEqual(Object.keys(COMPLETE_ENVIRONMENT).sort());
});

test.each<[keyof typeof COMPLETE_ENVIRONMENT, Partial<ElasticCiStackProps>, string]>([
  ["BUILDKITE_AGENT_TOKEN_SSM_KEY", {}, "/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d/agent-token"],
  ["BUILDKITE_AGENT_TOKEN_SSM_KEY", { buildkiteAgentTokenParameterStorePath: "/ci/token" }, "/ci/token"],
  ["BUILDKITE_QUEUE", { buildkiteQueue: "builders" }, "builders"],
  ["BUILDKITE_AGENT_ENDPOINT", { agentEndpoint: "https://agent.example.com/v3" }, "https://agent.example.com/v3"],
  ["ASG_NAME", {}, "buildkite-stack-0a1b2c3d-asg"],
  ["AGENTS_PER_INSTANCE", { agentsPerInstance: 4 }, "4"],
  ["INSTANCE_BUFFER", { instanceBuffer: 2 }, "2"],
  ["INCLUDE_WAITING", { scaleOutForWaitingJobs: true }, "true"],
  ["DISABLE_SCALE_IN", { disableScaleIn: false }, "false"],
  ["SCALE_IN_COOLDOWN_PERIOD", { scaleInCooldownPeriod: 90 }, "90s"],
  ["SCALE_OUT_COOLDOWN_PERIOD", { scaleOutCooldownPeriod: 45 }, "45s"],
  ["SCALE_OUT_FACTOR", { scaleOutFactor: 1.5 }, "1.5"],
  ["LAMBDA_INTERVAL", { scalerMinPollInterval: "20s" }, "20s"],
  ["LAMBDA_TIMEOUT", {}, "50s"],
  ["LAMBDA_STARTUP_JITTER_MAX", { scalerEventScheduleJitter: "5s" }, "5s"],
  ["ELASTIC_CI_MODE", { scalerEnableElasticCiMode: true }, "true"],
  ["CLOUDWATCH_METRICS", {}, "true"],
  ["CLOUDWATCH_METRICS", { scalerEnableCloudwatchMetrics: false }, "false"],
])("AgentScaler is told %s: %j gives %s", (name, props, expected) => {
  expect(environment(props)[name]).toBe(expected);
});

test("a group of one size has no AgentScaler and nothing that belongs to it", () => {
  const stack = synthesized({ minSize: 3, maxSize: 3 });
  expect(Object.keys(stack.all("aws_lambda_function"))).toEqual(["az_rebalancing_suspender"]);
  expect(Object.keys(stack.all("aws_iam_role"))).not.toContain("scaler_lambda_role");
  expect(stack.types.filter((type) => /event|permission/.test(type))).toEqual([]);
  expect(stack.ci.scaler).toBeUndefined();
});

test("EventBridge alone may start it, by this stack's rule", () => {
  const stack = synthesized({ scalerEventSchedulePeriod: "5 minutes" });
  expect(stack.only("aws_cloudwatch_event_rule").schedule_expression).toBe("rate(5 minutes)");
  expect(stack.only("aws_lambda_permission")).toMatchObject({
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    source_arn: "${aws_cloudwatch_event_rule.scaler_schedule.arn}",
  });
  expect(stack.only("aws_cloudwatch_event_target").depends_on).toEqual(["aws_lambda_permission.allow_eventbridge"]);
});

test("its clock stops before the group is emptied for good", () => {
  const target = synthesized({ buildkiteAgentEnableGracefulShutdown: true }).only("aws_cloudwatch_event_target");
  expect(target.depends_on).toContain("aws_lambda_invocation.stop_buildkite_agents_on_replacement");
});

test("it may size its own group and no other", () => {
  const group =
    "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/buildkite-stack-0a1b2c3d-asg";
  expect(statement(policy(), "SetGroupSize")).toMatchObject({
    Action: ["autoscaling:SetDesiredCapacity"],
    Resource: [group],
  });
});

const ELASTIC = [
  "ec2:DescribeInstances",
  "ec2:DescribeInstanceStatus",
  "ssm:DescribeInstanceInformation",
  "ssm:GetCommandInvocation",
  "ssm:ListCommandInvocations",
  "ssm:SendCommand",
  "ec2:TerminateInstances",
  "autoscaling:SetInstanceHealth",
];

test("in elastic CI mode it may retire instances, and otherwise not", () => {
  expect(actions(policy({ scalerEnableElasticCiMode: true }))).toEqual(expect.arrayContaining(ELASTIC));
  expect(actions(policy()).filter((action) => ELASTIC.includes(action))).toEqual([]);
});

test("in elastic CI mode it may run the two documents that stop agents, on Linux and on Windows", () => {
  const documents = "arn:aws:ssm:us-east-1::document";
  expect(statement(policy({ scalerEnableElasticCiMode: true }), "UseStopDocuments")?.Resource).toEqual([
    `${documents}/AWS-RunShellScript`,
    `${documents}/AWS-RunPowerShellScript`,
  ]);
});

test("without metrics it may publish none", () => {
  expect(actions(policy({ scalerEnableCloudwatchMetrics: false }))).not.toContain("cloudwatch:PutMetricData");
});
