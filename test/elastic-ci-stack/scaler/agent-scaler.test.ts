import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { calledActions } from "../../harness/called-actions";
import { actions, type Body, statement, synthesized } from "../../harness/synthesized";

type Props = Partial<ElasticCiStackProps>;

const TYPESCRIPT: Props = { scalerImplementation: "typescript" };
const ELASTIC: Props = { scalerEnableElasticCiMode: true, disableScaleIn: false };
const SERVES: Props = { ...TYPESCRIPT, scalerGroups: ["deploy=deploy-asg", "up loads=uploads-asg=10"] };

const OWN_GROUP = "buildkite-stack-0a1b2c3d-asg";
const MEMORY = "/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d/scaler-memory";
const groupArn = (name: string) =>
  `arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/${name}`;

const policy = (props: Props = {}) =>
  synthesized(props).all("aws_iam_role_policy")["scaler_lambda_policy"].policy as string;

test.each<[string, Props]>([
  ["a group of one size", { minSize: 3, maxSize: 3 }],
  ["a group that something else sizes", { scalerEnabled: false }],
  ["a group of one size with the TypeScript implementation", { ...TYPESCRIPT, minSize: 3, maxSize: 3 }],
])("%s has no AgentScaler and nothing that belongs to it", (_, props) => {
  const stack = synthesized(props);
  expect(Object.keys(stack.all("aws_lambda_function"))).toEqual(["az_rebalancing_suspender", "stop_buildkite_agents"]);
  expect(Object.keys(stack.all("aws_iam_role"))).not.toContain("scaler_lambda_role");
  expect(Object.keys(stack.all("aws_ssm_parameter"))).toEqual(["buildkite_agent_token_parameter"]);
  expect(stack.types.filter((type) => /event|permission/.test(type))).toEqual([]);
  expect(stack.ci.scaler).toBeUndefined();
});

test("EventBridge alone may invoke it, by this stack's rule", () => {
  const stack = synthesized({ scalerEventSchedulePeriod: "5 minutes" });
  expect(stack.only("aws_cloudwatch_event_rule").schedule_expression).toBe("rate(5 minutes)");
  expect(stack.only("aws_lambda_permission")).toMatchObject({
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    source_arn: "${aws_cloudwatch_event_rule.scaler_schedule.arn}",
  });
});

test.each<[string, Props]>([
  ["Buildkite's", {}],
  ["ours", TYPESCRIPT],
])("a run of %s that fails or comes late is not repeated: the next one is due", (_, props) => {
  expect(synthesized(props).only("aws_lambda_function_event_invoke_config")).toMatchObject({
    function_name: "${aws_lambda_function.scaler.function_name}",
    maximum_retry_attempts: 0,
    maximum_event_age_in_seconds: 60,
  });
});

test("its schedule is created last, and destroyed before StopBuildkiteAgents sets the capacity to 0", () => {
  expect(synthesized().only("aws_cloudwatch_event_target").depends_on).toEqual([
    "aws_lambda_permission.allow_eventbridge",
    "aws_lambda_function_event_invoke_config.scaler_invocations",
    "aws_lambda_invocation.stop_buildkite_agents_on_replacement",
  ]);
});

describe("the memory", () => {
  const stack = synthesized(TYPESCRIPT);
  const memory = stack.all("aws_ssm_parameter")["scaler_memory"];

  test("is a parameter that Terraform creates empty and never changes", () => {
    expect(memory).toMatchObject({ name: MEMORY, type: "String", value: "{}" });
    expect(memory.lifecycle).toEqual({ ignore_changes: ["value"] });
  });

  test("is created before the policy that allows writing to it, and destroyed after it", () => {
    const dependents = [
      stack.all("aws_lambda_function")["scaler"],
      stack.all("aws_iam_role_policy")["scaler_lambda_policy"],
    ] as readonly Body[];
    for (const { depends_on } of dependents) expect(depends_on).toContain("aws_ssm_parameter.scaler_memory");
  });

  test("is all that the function may write to in Parameter Store", () => {
    expect(statement(policy(TYPESCRIPT), "RememberScaling")).toMatchObject({
      Action: ["ssm:GetParameter", "ssm:PutParameter"],
      Resource: [`arn:aws:ssm:us-east-1:123456789012:parameter${MEMORY}`],
    });
  });

  test("does not exist for Buildkite's scaler, which would not use it", () => {
    expect(Object.keys(synthesized().all("aws_ssm_parameter"))).toEqual(["buildkite_agent_token_parameter"]);
    expect(actions(policy())).not.toContain("ssm:PutParameter");
  });
});

describe("permissions", () => {
  test.each<[string, Props, readonly string[]]>([
    ["its own group and no other", {}, [OWN_GROUP]],
    ["the groups that it serves and no other", SERVES, [OWN_GROUP, "deploy-asg", "uploads-asg"]],
  ])("it may size %s", (_, props, names) => {
    expect(statement(policy(props), "SetGroupSize")).toMatchObject({
      Action: ["autoscaling:SetDesiredCapacity"],
      Resource: names.map(groupArn),
    });
  });

  test("in elastic CI mode it may stop agents and mark instances of the groups that it serves, and no others", () => {
    const document = policy({ ...SERVES, ...ELASTIC });
    expect(statement(document, "SetGroupSize")?.Action).toContain("autoscaling:SetInstanceHealth");
    expect(statement(document, "StopAgents")?.Condition).toEqual({
      StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": [OWN_GROUP, "deploy-asg", "uploads-asg"] },
    });
  });

  test("in elastic CI mode it may run the two documents that stop agents, on Linux and on Windows", () => {
    const documents = "arn:aws:ssm:us-east-1::document";
    expect(statement(policy(ELASTIC), "UseStopDocuments")?.Resource).toEqual([
      `${documents}/AWS-RunShellScript`,
      `${documents}/AWS-RunPowerShellScript`,
    ]);
  });
});

/** What Buildkite's scaler calls, and what of it needs elastic CI mode. */
const BUILDKITES = {
  always: [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:SetDesiredCapacity",
    "ssm:GetParameter",
  ],
  metrics: ["cloudwatch:PutMetricData"],
  elastic: [
    "autoscaling:SetInstanceHealth",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:TerminateInstances",
    "ssm:DescribeInstanceInformation",
    "ssm:GetCommandInvocation",
    "ssm:ListCommandInvocations",
    "ssm:SendCommand",
  ],
};

/** Without the log, which Lambda writes. */
const allowed = (props: Props) =>
  [...new Set(actions(policy(props)))].filter((action) => !action.startsWith("logs:")).sort();

test.each<[string, Props, readonly string[]]>([
  ["neither metrics nor elastic CI mode", { scalerEnableCloudwatchMetrics: false }, BUILDKITES.always],
  ["metrics", {}, [...BUILDKITES.always, ...BUILDKITES.metrics]],
  ["both", ELASTIC, [...BUILDKITES.always, ...BUILDKITES.metrics, ...BUILDKITES.elastic]],
])("Buildkite's scaler with %s may do what it calls then", (_, props, called) => {
  expect(allowed(props)).toEqual([...called].sort());
});

const ONLY_ELASTIC = [
  "autoscaling:SetInstanceHealth",
  "ssm:DescribeInstanceInformation",
  "ssm:ListCommandInvocations",
  "ssm:SendCommand",
];

test("whatever our scaler calls its role allows, and nothing else", () => {
  const called = calledActions("agent-scaler");
  expect(called.length).toBeGreaterThan(0);
  expect(allowed({ ...TYPESCRIPT, ...ELASTIC })).toEqual(called);
});

test("our scaler may retire instances in elastic CI mode only", () => {
  const called = calledActions("agent-scaler");
  expect(allowed(TYPESCRIPT)).toEqual(called.filter((action) => !ONLY_ELASTIC.includes(action)));
});
