import { type Account } from "../../aws/account";
import { type StackContext } from "../context";
import { type Inputs } from "../inputs/table";
import { firstPart, startsWith, text, trimPrefix } from "../../value/text";
import { isSet, type Value } from "../../value/value";
import { type Statement } from "../../aws/policy";

/** What the SSM agent calls; none of these actions can be limited to a resource. */
const SSM_AGENT_ACTIONS = [
  "ssm:DescribeInstanceProperties",
  "ssm:ListAssociations",
  "ssm:PutInventory",
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
  "ec2messages:AcknowledgeMessage",
  "ec2messages:DeleteMessage",
  "ec2messages:FailMessage",
  "ec2messages:GetEndpoint",
  "ec2messages:GetMessages",
  "ec2messages:SendReply",
];

/** What every instance may do, and what the inputs add. Secrets bucket, token and signing key have statements of their own. */
export function instancePermissions({ inputs, names, account }: StackContext): readonly Statement[] {
  return [
    { sid: "SsmAgent", actions: SSM_AGENT_ACTIONS, resources: ["*"] },
    {
      sid: "OwnLifecycle",
      actions: [
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:RecordLifecycleActionHeartbeat",
        "autoscaling:SetInstanceHealth",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
      ],
      resources: [names.groupArn],
    },
    ...logging(inputs, account),
    ...artifacts(inputs, account),
    ...gitMirrorSeeds(inputs, account),
    ...signingParameters(inputs, account),
    ...fetchedFiles(inputs, account),
  ];
}

function logging(inputs: Inputs, account: Account): readonly Statement[] {
  const groups = account.arn("logs", "log-group:/buildkite/*");
  return [
    {
      sid: "WriteLogs",
      actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      resources: [groups],
    },
    { sid: "FindLogs", actions: ["logs:DescribeLogGroups"], resources: [account.arn("logs", "log-group:*")] },
    {
      sid: "LimitLogs",
      exists: inputs.enableEc2LogRetentionPolicy,
      actions: ["logs:PutRetentionPolicy"],
      resources: [groups],
    },
  ];
}

function artifacts({ artifactsBucket }: Inputs, account: Account): readonly Statement[] {
  const exists = isSet(artifactsBucket);
  return [
    {
      sid: "ListArtifacts",
      exists,
      actions: ["s3:ListBucket"],
      resources: [account.bucketArn(firstPart("/", artifactsBucket))],
    },
    {
      sid: "StoreArtifacts",
      exists,
      actions: ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"],
      resources: [account.bucketArn(text`${artifactsBucket}/*`)],
    },
  ];
}

function gitMirrorSeeds({ gitMirrorSeedBucket }: Inputs, account: Account): readonly Statement[] {
  const exists = isSet(gitMirrorSeedBucket);
  return [
    {
      sid: "ListGitMirrorSeeds",
      exists,
      actions: ["s3:ListBucket"],
      resources: [account.bucketArn(gitMirrorSeedBucket)],
      condition: { StringLike: { "s3:prefix": "git-mirror-seeds/*" } },
    },
    {
      sid: "ReadGitMirrorSeeds",
      exists,
      actions: ["s3:GetObject"],
      resources: [account.bucketArn(text`${gitMirrorSeedBucket}/git-mirror-seeds/*`)],
    },
  ];
}

function signingParameters(inputs: Inputs, account: Account): readonly Statement[] {
  const read = (sid: string, path: Value<string>): Statement => ({
    sid,
    exists: isSet(path),
    actions: ["ssm:GetParameter"],
    resources: [account.arn("ssm", text`parameter${path}`)],
  });
  return [
    read("ReadSigningKeySet", inputs.pipelineSigningJwksParameterStorePath),
    read("ReadVerificationKeySet", inputs.pipelineVerificationJwksParameterStorePath),
  ];
}

/** Files that instances fetch while booting, when they come from S3 or Parameter Store. */
function fetchedFiles(inputs: Inputs, account: Account): readonly Statement[] {
  const object = (sid: string, url: Value<string>): Statement => ({
    sid,
    exists: startsWith(url, "s3://"),
    actions: ["s3:GetObject"],
    resources: [account.bucketArn(trimPrefix(url, "s3://"))],
  });
  const parameters = account.arn("ssm", text`parameter${trimPrefix(inputs.agentEnvFileUrl, "ssm:")}`);
  return [
    object("FetchBootstrapScript", inputs.bootstrapScriptUrl),
    object("FetchAuthorizedUsers", inputs.authorizedUsersUrl),
    object("FetchAgentEnvFile", inputs.agentEnvFileUrl),
    {
      sid: "FetchAgentEnvParameters",
      exists: startsWith(inputs.agentEnvFileUrl, "ssm:"),
      actions: ["ssm:GetParametersByPath"],
      resources: [parameters, text`${parameters}/*`],
    },
  ];
}

/** Pulling through an ECR cache, without permission to push images. */
export function pullThroughPermissions(account: Account): Statement {
  return {
    sid: "FillPullThroughCache",
    actions: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
    resources: [account.arn("ecr", "repository/*")],
  };
}
