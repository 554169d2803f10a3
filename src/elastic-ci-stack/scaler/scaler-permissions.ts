import { and, not, when } from "../../value/value";
import { type AgentToken } from "../secrets/agent-token";
import { type StackContext } from "../context";
import { type Statement } from "../../aws/policy";
import { sendCommand } from "../group/send-command";
import { type ScalerMemory } from "./scaler-memory";
import { type ServedGroups } from "./served-groups";

/** The resources that the AgentScaler calls. */
export interface ScalerPermissionSources {
  readonly token: AgentToken;
  readonly memory: ScalerMemory;
  readonly groups: ServedGroups;
}

/** What the selected AgentScaler calls for the features that are on. */
export function scalerPermissions(
  context: StackContext,
  { token, memory, groups }: ScalerPermissionSources,
): readonly Statement[] {
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
      // One statement for both: a role's policies may have 10,240 characters, and each group's ARN takes a hundred.
      actions: when<readonly string[]>(
        inputs.scalerEnableElasticCiMode,
        [size, "autoscaling:SetInstanceHealth"],
        [size],
      ),
      resources: groups.arns,
    },
    {
      sid: "PublishMetrics",
      // Ours publishes metrics in its log (embedded metric format).
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

/** Elastic CI mode also replaces instances whose agent has stopped, and stops idle ones that are not needed. */
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
