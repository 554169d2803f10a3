import { text } from "../value/text";
import { type AgentToken } from "./agent-token";
import { type FunctionSetting } from "./function";
import { type Statement } from "./policy";

/** What the AgentScaler calls, Buildkite's released one and ours alike. */
export function scalerPermissions(
  { inputs, names, account }: FunctionSetting,
  token: AgentToken,
): readonly Statement[] {
  return [
    {
      sid: "ReadGroups",
      actions: ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities"],
      resources: ["*"],
    },
    { sid: "SetGroupSize", actions: ["autoscaling:SetDesiredCapacity"], resources: [names.groupArn] },
    {
      sid: "PublishMetrics",
      exists: inputs.scalerEnableCloudwatchMetrics,
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      condition: { StringEquals: { "cloudwatch:namespace": "Buildkite" } },
    },
    ...token.readStatements,
    ...elasticCiMode({ inputs, names, account }),
  ];
}

/** Elastic CI mode also retires instances: those whose agent is gone, and surplus ones once their jobs are done. */
function elasticCiMode({ inputs, names, account }: FunctionSetting): readonly Statement[] {
  const exists = inputs.scalerEnableElasticCiMode;
  const documents = ["AWS-RunShellScript", "AWS-RunPowerShellScript"];
  const ownInstances = { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": names.group } };
  const instances = account.arn("ec2", "instance/*");
  return [
    {
      sid: "FindInstances",
      exists,
      actions: [
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ssm:DescribeInstanceInformation",
        "ssm:GetCommandInvocation",
        "ssm:ListCommandInvocations",
      ],
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
      exists,
      actions: ["ec2:TerminateInstances"],
      resources: [instances],
      condition: ownInstances,
    },
    { sid: "MarkUnhealthy", exists, actions: ["autoscaling:SetInstanceHealth"], resources: [names.groupArn] },
  ];
}
