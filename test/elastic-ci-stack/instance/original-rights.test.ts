import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { EVERYTHING, type PolicyStatement, statements, synthesized } from "../../harness/synthesized";

/** What Buildkite's own module allows the instances of a stack with these inputs: actions, each with the resources. */
const ORIGINAL: readonly (readonly [actions: readonly string[], resources: readonly string[]])[] = [
  [
    [
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:SetInstanceHealth",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
      "cloudwatch:PutMetricData",
      "cloudformation:DescribeStackResource",
      "ec2:DescribeTags",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:PutRetentionPolicy",
    ],
    ["*"],
  ],
  [
    ["ssm:GetParameter", "ssm:GetParameters"],
    [
      "arn:aws:ssm:*:*:parameter/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d/*",
      "arn:aws:ssm:*:*:parameter/ci/token",
    ],
  ],
  [
    ["s3:Get*", "s3:List*"],
    ["arn:aws:s3:::secrets-of-ours", "arn:aws:s3:::secrets-of-ours/*"],
  ],
  [["s3:ListBucket"], ["arn:aws:s3:::artifacts-of-ours"]],
  [
    [
      "s3:GetObject",
      "s3:GetObjectAcl",
      "s3:GetObjectVersion",
      "s3:GetObjectVersionAcl",
      "s3:PutObject",
      "s3:PutObjectAcl",
      "s3:PutObjectVersionAcl",
    ],
    ["arn:aws:s3:::artifacts-of-ours/*"],
  ],
  [["kms:Decrypt"], ["arn:aws:kms:us-east-1:123456789012:key/1234abcd"]],
  [
    [
      "ecr:GetImageCopyStatus",
      "ecr:InitiateLayerUpload",
      "ecr:UploadLayerPart",
      "ecr:CompleteLayerUpload",
      "ecr:PutImage",
      "ecr:CreateRepository",
      "ecr:BatchImportUpstreamImage",
    ],
    ["*"],
  ],
];

const INPUTS: Partial<ElasticCiStackProps> = {
  buildkiteAgentToken: "",
  buildkiteAgentTokenParameterStorePath: "/ci/token",
  buildkiteAgentTokenParameterStoreKmsKey: "1234abcd",
  secretsBucket: "secrets-of-ours",
  artifactsBucket: "artifacts-of-ours",
  ecrAccessPolicy: "poweruser-pullthrough",
};

function allowed(props: Partial<ElasticCiStackProps>): readonly PolicyStatement[] {
  const { policy } = synthesized(props).all("aws_iam_role_policy")["buildkite_agent_policy"] as { policy: string };
  return statements(policy);
}

/** Actions that no statement allows on the resource, or only under a condition. */
function lost(all: readonly PolicyStatement[], actions: readonly string[], resource: string): readonly string[] {
  const covers = ({ Action, Resource, Condition }: PolicyStatement, action: string) =>
    !Condition && Action.includes(action) && [Resource].flat().includes(resource);
  return actions.filter((action) => !all.some((one) => covers(one, action)));
}

test("an adopted stack's instances keep every right that they had, for whatever their jobs call", () => {
  const all = allowed({ ...INPUTS, keepOriginalRights: true });
  for (const [actions, resources] of ORIGINAL) {
    for (const resource of resources)
      expect({ resource, lost: lost(all, actions, resource) }).toEqual({ resource, lost: [] });
  }
});

const sids = (props: Partial<ElasticCiStackProps>) => allowed(props).map(({ Sid }) => Sid);

test("only what the inputs asked for is kept", () => {
  const kept = sids({ keepOriginalRights: true, enableSecretsPlugin: false }).filter((sid) =>
    sid.startsWith("Original"),
  );
  expect(kept).toEqual(["OriginalOfAll", "OriginalParameters"]);
});

test.each<[string, Partial<ElasticCiStackProps>]>([
  ["of our own", { stackNameSuffix: "", keepOriginalRights: true }],
  ["whose old instances are gone", { keepOriginalRights: false }],
])("a stack %s has none of these rights", (_, props) => {
  expect(sids({ ...INPUTS, ...props }).filter((sid) => sid.startsWith("Original"))).toEqual([]);
});

test("with everything on IAM takes the role's policies, which have 10240 characters at most", () => {
  const policies = synthesized({ ...EVERYTHING, stackName: "a".repeat(30), keepOriginalRights: true }).all(
    "aws_iam_role_policy",
  );
  const ofInstances = [policies["buildkite_agent_policy"], policies["ecr_pullthrough_policy"]] as { policy: string }[];
  expect(ofInstances.reduce((sum, { policy }) => sum + policy.length, 0)).toBeLessThan(10_240);
});
