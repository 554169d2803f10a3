import { and, not, when } from "../../value/value";
import { type AgentToken } from "../secrets/agent-token";
import { type StackContext } from "../context";
import { type Statement } from "../../aws/policy";
import { sendCommand } from "../group/send-command";
import { type ScalerMemory } from "./scaler-memory";
import { type ServedGroups } from "./served-groups";

/** What the AgentScaler works on, besides its settings. */
export interface ScalerReach {
  readonly token: AgentToken;
  readonly memory: ScalerMemory;
  readonly groups: ServedGroups;
}

/** What the AgentScaler calls for the features that are on: Buildkite's released one, or ours, which needs less. */
export function scalerPermissions(context: StackContext, { token, memory, groups }: ScalerReach): readonly Statement[] {
  const { inputs, facts } = context;
  const size = "autoscaling:SetDesiredCapacity";
  return [
    {
      sid: "ReadGroups",
      actions: ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities"],
      resources: ["*"],
    },
    {
      sid: "SetGroupSize",
      // Both in one statement: a role's policies hold 10,240 characters, and each group's ARN takes a hundred.
      actions: when<readonly string[]>(
        inputs.scalerEnableElasticCiMode,
        [size, "autoscaling:SetInstanceHealth"],
        [size],
      ),
      resources: groups.arns,
    },
    {
      sid: "PublishMetrics",
      // Ours publishes by way of its log.
      exists: and(inputs.scalerEnableCloudwatchMetrics, not(facts.usesTypescriptScaler)),
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      condition: { StringEquals: { "cloudwatch:namespace": "Buildkite" } },
    },
    ...token.readStatements,
    ...memory.statements,
    ...elasticCiMode(context, groups),
  ];
}

/** Elastic CI mode also retires instances: those whose agent is gone, and surplus ones once their jobs are done. */
function elasticCiMode({ inputs, facts, account }: StackContext, groups: ServedGroups): readonly Statement[] {
  const exists = inputs.scalerEnableElasticCiMode;
  const finding = ["ssm:DescribeInstanceInformation", "ssm:ListCommandInvocations"];
  return [
    {
      sid: "FindInstances",
      exists,
      actions: when<readonly string[]>(facts.usesTypescriptScaler, finding, [
        ...finding,
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ssm:GetCommandInvocation",
      ]),
      resources: ["*"],
    },
    ...sendCommand(account, groups.names, exists),
    {
      sid: "TerminateInstances",
      exists: and(exists, not(facts.usesTypescriptScaler)),
      actions: ["ec2:TerminateInstances"],
      resources: [account.arn("ec2", "instance/*")],
      condition: { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": groups.names } },
    },
  ];
}
