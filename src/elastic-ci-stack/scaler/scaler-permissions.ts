import { text } from "../../value/text";
import { and, not, when } from "../../value/value";
import { type AgentToken } from "../secrets/agent-token";
import { type Facts } from "../facts";
import { type FunctionSetting } from "../../aws/function";
import { type Statement } from "../../aws/policy";
import { type ScalerMemory } from "./scaler-memory";
import { type ServedGroups } from "./served-groups";

/** What the AgentScaler works on, besides its settings. */
export interface ScalerReach {
  readonly token: AgentToken;
  readonly memory: ScalerMemory;
  readonly groups: ServedGroups;
}

/** What the AgentScaler calls for the features that are on: Buildkite's released one, or ours, which needs less. */
export function scalerPermissions(
  setting: FunctionSetting,
  facts: Facts,
  { token, memory, groups }: ScalerReach,
): readonly Statement[] {
  const { inputs } = setting;
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
    ...elasticCiMode(setting, facts, groups),
  ];
}

/** Elastic CI mode also retires instances: those whose agent is gone, and surplus ones once their jobs are done. */
function elasticCiMode({ inputs, account }: FunctionSetting, facts: Facts, groups: ServedGroups): readonly Statement[] {
  const exists = inputs.scalerEnableElasticCiMode;
  const documents = ["AWS-RunShellScript", "AWS-RunPowerShellScript"];
  const finding = ["ssm:DescribeInstanceInformation", "ssm:ListCommandInvocations"];
  const ownInstances = { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": groups.names } };
  const instances = account.arn("ec2", "instance/*");
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
    {
      sid: "UseStopDocuments",
      exists,
      actions: ["ssm:SendCommand"],
      resources: documents.map(
        (document) => text`arn:${account.partition}:ssm:${account.region}::document/${document}`,
      ),
    },
    { sid: "StopAgents", exists, actions: ["ssm:SendCommand"], resources: [instances], condition: ownInstances },
    {
      sid: "TerminateInstances",
      exists: and(exists, not(facts.usesTypescriptScaler)),
      actions: ["ec2:TerminateInstances"],
      resources: [instances],
      condition: ownInstances,
    },
  ];
}
