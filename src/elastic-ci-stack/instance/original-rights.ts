import { type StackContext } from "../context";
import { type Statement } from "../../aws/policy";
import { contains } from "../../value/list";
import { startsWith, text } from "../../value/text";
import { and, isSet, or, type Value, when } from "../../value/value";

const ON_EVERYTHING = [
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:SetInstanceHealth",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "cloudformation:DescribeStackResource",
  "cloudwatch:PutMetricData",
  "ec2:DescribeTags",
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:PutRetentionPolicy",
];

const FOR_PULLTHROUGH = [
  "ecr:BatchImportUpstreamImage",
  "ecr:CompleteLayerUpload",
  "ecr:CreateRepository",
  "ecr:GetImageCopyStatus",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

/**
 * What Buildkite's own module allows instances beyond what ours need. Instances that it made go on with their role after the move,
 * and nobody knows what their jobs call, so they lose nothing before they are gone.
 */
export function originalRights(
  { inputs, facts, names, account }: StackContext,
  tokenPath: Value<string>,
  secretsBucket: Value<string>,
): readonly Statement[] {
  const anywhere = (path: Value<string>) => text`arn:${account.partition}:ssm:*:*:parameter${path}`;
  const own = anywhere(text`/buildkite/elastic-ci-stack/${names.stack}/*`);
  const token = when(startsWith(tokenPath, "arn:"), tokenPath, anywhere(tokenPath));
  const key = inputs.buildkiteAgentTokenParameterStoreKmsKey;
  const secrets = account.bucketArn(secretsBucket);
  const hasSecrets = or(facts.createsSecretsBucket, isSet(inputs.secretsBucket));
  const pullsThrough = contains<string>(["readonly-pullthrough", "poweruser-pullthrough"], inputs.ecrAccessPolicy);
  const kept: readonly Statement[] = [
    { sid: "OriginalOfAll", actions: ON_EVERYTHING, resources: ["*"] },
    { sid: "OriginalParameters", actions: ["ssm:GetParameter", "ssm:GetParameters"], resources: [own, token] },
    {
      sid: "OriginalSecrets",
      exists: hasSecrets,
      actions: ["s3:Get*", "s3:List*"],
      resources: [secrets, text`${secrets}/*`],
    },
    {
      sid: "OriginalArtifacts",
      exists: isSet(inputs.artifactsBucket),
      actions: ["s3:GetObjectVersionAcl", "s3:PutObjectVersionAcl"],
      resources: [account.bucketArn(text`${inputs.artifactsBucket}/*`)],
    },
    { sid: "OriginalTokenKey", exists: isSet(key), actions: ["kms:Decrypt"], resources: [account.kmsKeyArn(key)] },
    { sid: "OriginalPullThrough", exists: pullsThrough, actions: FOR_PULLTHROUGH, resources: ["*"] },
  ];
  return kept.map((statement) => ({
    ...statement,
    exists: and(facts.keepsOriginalRights, statement.exists ?? true),
  }));
}
