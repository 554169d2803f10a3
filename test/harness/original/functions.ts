import { counted, type Original, type Resources } from "./inputs";

/** File of every packaged function, beside the module's configuration. */
export const PACKAGE = "function.zip";

const GROUP = "${aws_autoscaling_group.agent_auto_scale_group.name}";
const whenReplaced = { lifecycle: { replace_triggered_by: ["aws_autoscaling_group.agent_auto_scale_group.name"] } };

export function functions(original: Original): Resources {
  const { tags, isGraceful } = original;
  const python = { filename: `\${path.module}/${PACKAGE}`, handler: "index.handler", tags };
  return {
    ...scaler(original),
    aws_lambda_function: {
      az_rebalancing_suspender: {
        function_name: `${original.name}-az-rebalancing-suspender`,
        description: "Disables AZ Rebalancing on the agent ASG.",
        role: original.variable("asg_process_suspender_role_arn", "${aws_iam_role.asg_process_suspender[0].arn}"),
        runtime: "python3.13",
        timeout: 30,
        ...python,
      },
      ...counted(isGraceful, {
        stop_buildkite_agents: {
          function_name: `${original.name}-stop-buildkite-agents`,
          description: "Stops agents",
          role: original.variable("stop_buildkite_agents_role_arn", "${aws_iam_role.stop_buildkite_agents[0].arn}"),
          runtime: "python3.12",
          timeout: 60,
          ...python,
        },
      }),
      ...counted(original.scales, { scaler: scalerFunction(original) }),
    },
    aws_lambda_invocation: {
      suspend_az_rebalance: {
        function_name: "${aws_lambda_function.az_rebalancing_suspender.function_name}",
        input: input({ RequestType: "Create", ResourceProperties: { AutoScalingGroupName: GROUP } }),
        ...whenReplaced,
      },
      ...counted(isGraceful, {
        stop_buildkite_agents_on_replacement: {
          function_name: "${aws_lambda_function.stop_buildkite_agents[0].function_name}",
          input: input({ OldResourceProperties: { AutoScalingGroupName: GROUP }, RequestType: "Update" }),
          ...whenReplaced,
        },
      }),
    },
  };
}

/** As Terraform's jsonencode writes it: without blanks, with the keys in order. */
function input(content: object): string {
  return JSON.stringify(content);
}

function scalerFunction(original: Original) {
  return {
    function_name: `${original.name}-scaler`,
    description: `Scales ${original.name}-asg`,
    role: original.variable("scaler_lambda_role_arn", "${aws_iam_role.scaler_lambda_role[0].arn}"),
    s3_bucket: "buildkite-lambdas",
    s3_key: "buildkite-agent-scaler/v1.12.0/handler.zip",
    handler: "bootstrap",
    runtime: "provided.al2023",
    timeout: 120,
    memory_size: 128,
    environment: { variables: { ASG_NAME: GROUP, BUILDKITE_QUEUE: "default", LAMBDA_TIMEOUT: "50s" } },
    depends_on: [
      "aws_cloudwatch_log_group.scaler_lambda_logs",
      ...(original.has("scaler_lambda_role_arn") ? [] : ["aws_iam_role_policy_attachment.scaler_lambda_policy"]),
    ],
    tags: original.tags,
  };
}

function scaler({ name, tags, scales }: Original): Resources {
  return {
    aws_cloudwatch_log_group: counted(scales, {
      scaler_lambda_logs: { name: `/aws/lambda/${name}-scaler`, retention_in_days: 1, tags },
    }),
    aws_cloudwatch_event_rule: counted(scales, {
      scaler_schedule: { name: `${name}-scaler-schedule`, schedule_expression: "rate(1 minute)", tags },
    }),
    aws_cloudwatch_event_target: counted(scales, {
      scaler_lambda: {
        rule: "${aws_cloudwatch_event_rule.scaler_schedule[0].name}",
        target_id: "BuildkiteAgentScalerLambda",
        arn: "${aws_lambda_function.scaler[0].arn}",
      },
    }),
    aws_lambda_permission: counted(scales, {
      allow_eventbridge: {
        statement_id: "AllowExecutionFromEventBridge",
        action: "lambda:InvokeFunction",
        function_name: "${aws_lambda_function.scaler[0].function_name}",
        principal: "events.amazonaws.com",
        source_arn: "${aws_cloudwatch_event_rule.scaler_schedule[0].arn}",
      },
    }),
  };
}
