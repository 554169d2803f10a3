import { calledActions } from "../harness/called-actions";
import { actions, type Body, EVERYTHING, statement, synthesized } from "../harness/synthesized";

const stack = synthesized({ ...EVERYTHING, lambdaLogRetentionDays: 30 });

const FUNCTIONS = [
  ["scaler", "scaler", "scaler_lambda_logs", "scaler_lambda_role", "scaler_lambda_policy"],
  [
    "az_rebalancing_suspender",
    "az-rebalancing-suspender",
    "az_rebalancing_suspender_logs",
    "asg_process_suspender",
    "asg_process_suspender",
  ],
  [
    "stop_buildkite_agents",
    "stop-buildkite-agents",
    "stop_buildkite_agents_logs",
    "stop_buildkite_agents",
    "stop_buildkite_agents",
  ],
] as const;

test("there are no other functions", () => {
  expect(Object.keys(stack.all("aws_lambda_function")).sort()).toEqual(FUNCTIONS.map(([fn]) => fn).sort());
});

describe.each(FUNCTIONS)("%s", (fn, name, logs, role, policy) => {
  const group = `/aws/lambda/buildkite-stack-0a1b2c3d-${name}`;

  test("has a log group of its own, whose events expire", () => {
    expect(stack.all("aws_cloudwatch_log_group")[logs]).toMatchObject({ name: group, retention_in_days: 30 });
  });

  test("is created after its log group and its permissions", () => {
    const { depends_on } = stack.all("aws_lambda_function")[fn];
    expect(depends_on).toEqual(
      expect.arrayContaining([`aws_cloudwatch_log_group.${logs}`, `aws_iam_role_policy.${policy}`]),
    );
  });

  test("has a role of its own, which Lambda alone may assume", () => {
    expect(stack.all("aws_lambda_function")[fn].role).toBe(`\${aws_iam_role.${role}.arn}`);
    expect(stack.all("aws_iam_role")[role].assume_role_policy).toContain(
      '"Principal":{"Service":"lambda.amazonaws.com"}',
    );
  });

  test("may write to its own log group and make none", () => {
    const document = stack.all("aws_iam_role_policy")[policy].policy as string;
    expect(statement(document, "WriteLogs")).toMatchObject({
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`arn:aws:logs:us-east-1:123456789012:log-group:${group}:*`],
    });
    expect(actions(document)).not.toContain("logs:CreateLogGroup");
  });

  test("runs on the architecture that is asked for", () => {
    expect(
      synthesized({ ...EVERYTHING, lambdaArchitecture: "arm64" }).all("aws_lambda_function")[fn].architectures,
    ).toEqual(["arm64"]);
  });
});

test("AgentScaler is created after its managed policies", () => {
  expect(stack.all("aws_lambda_function")["scaler"].depends_on).toContain(
    "aws_iam_role_policy_attachment.scaler_lambda_role_managed_policies",
  );
});

const ROLE = "arn:aws:iam::123456789012:role/ours";
test.each([
  ["scaler", { scalerLambdaRoleArn: ROLE }],
  ["az_rebalancing_suspender", { asgProcessSuspenderRoleArn: ROLE }],
  ["stop_buildkite_agents", { stopBuildkiteAgentsRoleArn: ROLE }],
] as const)("%s acts as a role of the user's own, which stays as it is", (fn, props) => {
  const given = synthesized({ buildkiteAgentEnableGracefulShutdown: true, ...props });
  expect(given.all("aws_lambda_function")[fn].role).toBe(ROLE);
  expect(Object.values(given.all("aws_iam_role"))).toHaveLength(3);
  const dependencies = given.all("aws_lambda_function")[fn].depends_on as string[];
  expect(dependencies.filter((address) => address.startsWith("aws_iam_"))).toEqual([]);
});

test.each([
  ["az-rebalancing-suspender", "asg_process_suspender"],
  ["stop-buildkite-agents", "stop_buildkite_agents"],
])("whatever %s calls its role allows, and nothing else but logs", (folder, policy) => {
  const allowed = actions(stack.all("aws_iam_role_policy")[policy].policy as string).filter(
    (action) => !action.startsWith("logs:"),
  );
  expect(calledActions(folder).length).toBeGreaterThan(0);
  expect([...new Set(allowed)].sort()).toEqual(calledActions(folder));
});

test("without reserved concurrency a function reserves none of the account's", () => {
  const kept = Object.values(stack.all("aws_lambda_function")).map(
    (body: Body) => body.reserved_concurrent_executions as number,
  );
  expect(kept).toEqual([-1, -1, -1]);
  const asked = synthesized({ scalerReservedConcurrentExecutions: 1 }).all("aws_lambda_function")["scaler"];
  expect(asked.reserved_concurrent_executions).toBe(1);
});
