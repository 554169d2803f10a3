import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ref, Token } from "cdktf";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { actions, EVERYTHING, statement, synthesized } from "../../harness/synthesized";

const policies = (props: Partial<ElasticCiStackProps>) => synthesized(props).all("aws_iam_role_policy");
const agentPolicy = (props: Partial<ElasticCiStackProps> = {}) =>
  policies(props)["buildkite_agent_policy"].policy as string;

const GROUP =
  "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/buildkite-stack-0a1b2c3d-asg";
const READ = "AmazonEC2ContainerRegistryReadOnly";
const POWER = "AmazonEC2ContainerRegistryPowerUser";

test("only EC2 may act as the role", () => {
  const { assume_role_policy: trust } = synthesized().all("aws_iam_role")["iam_role"];
  expect(JSON.parse(trust as string).Statement).toEqual([
    { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } },
  ]);
});

test("an instance may call lifecycle actions of its own group only", () => {
  expect(statement(agentPolicy(), "OwnLifecycle")).toMatchObject({
    Action: [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:SetInstanceHealth",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ],
    Resource: [GROUP],
  });
});

test.each([
  ["linux/instance.sh", "set-instance-health", "autoscaling:SetInstanceHealth"],
  ["linux/instance.sh", "terminate-instance-in-auto-scaling-group", "autoscaling:TerminateInstanceInAutoScalingGroup"],
  ["linux/drain-watcher.sh", "record-lifecycle-action-heartbeat", "autoscaling:RecordLifecycleActionHeartbeat"],
  ["linux/drain-watcher.sh", "complete-lifecycle-action", "autoscaling:CompleteLifecycleAction"],
  ["windows/drain-watcher.ps1", "set-instance-health", "autoscaling:SetInstanceHealth"],
  ["windows/drain-watcher.ps1", "record-lifecycle-action-heartbeat", "autoscaling:RecordLifecycleActionHeartbeat"],
  ["windows/drain-watcher.ps1", "complete-lifecycle-action", "autoscaling:CompleteLifecycleAction"],
])("%s calls %s, which the role allows", (script, call, action) => {
  expect(readFileSync(join(__dirname, "../../../userdata", script), "utf8")).toContain(call);
  expect(actions(agentPolicy())).toContain(action);
});

test.each<[string, Partial<ElasticCiStackProps>, string, readonly string[], readonly string[]]>([
  [
    "logs",
    {},
    "WriteLogs",
    ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    ["arn:aws:logs:us-east-1:123456789012:log-group:/buildkite/*"],
  ],
  [
    "log retention",
    { enableEc2LogRetentionPolicy: true },
    "LimitLogs",
    ["logs:PutRetentionPolicy"],
    ["arn:aws:logs:us-east-1:123456789012:log-group:/buildkite/*"],
  ],
  [
    "listing artifacts",
    { artifactsBucket: "artifacts" },
    "ListArtifacts",
    ["s3:ListBucket"],
    ["arn:aws:s3:::artifacts"],
  ],
  [
    "storing artifacts",
    { artifactsBucket: "artifacts" },
    "StoreArtifacts",
    ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"],
    ["arn:aws:s3:::artifacts/*"],
  ],
  [
    "listing artifacts below a prefix",
    { artifactsBucket: "artifacts/web/main" },
    "ListArtifacts",
    ["s3:ListBucket"],
    ["arn:aws:s3:::artifacts"],
  ],
  [
    "storing artifacts below a prefix",
    { artifactsBucket: "artifacts/web/main" },
    "StoreArtifacts",
    ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"],
    ["arn:aws:s3:::artifacts/web/main/*"],
  ],
  [
    "git mirror seeds",
    { gitMirrorSeedBucket: "seeds" },
    "ReadGitMirrorSeeds",
    ["s3:GetObject"],
    ["arn:aws:s3:::seeds/git-mirror-seeds/*"],
  ],
  [
    "a signing key set",
    { pipelineSigningJwksParameterStorePath: "/ci/sign" },
    "ReadSigningKeySet",
    ["ssm:GetParameter"],
    ["arn:aws:ssm:us-east-1:123456789012:parameter/ci/sign"],
  ],
  [
    "a verification key set",
    { pipelineVerificationJwksParameterStorePath: "/ci/verify" },
    "ReadVerificationKeySet",
    ["ssm:GetParameter"],
    ["arn:aws:ssm:us-east-1:123456789012:parameter/ci/verify"],
  ],
  [
    "a bootstrap script in S3",
    { bootstrapScriptUrl: "s3://scripts/boot.sh" },
    "FetchBootstrapScript",
    ["s3:GetObject"],
    ["arn:aws:s3:::scripts/boot.sh"],
  ],
  [
    "authorized users in S3",
    { authorizedUsersUrl: "s3://keys/users" },
    "FetchAuthorizedUsers",
    ["s3:GetObject"],
    ["arn:aws:s3:::keys/users"],
  ],
  [
    "an environment file in S3",
    { agentEnvFileUrl: "s3://envs/agent" },
    "FetchAgentEnvFile",
    ["s3:GetObject"],
    ["arn:aws:s3:::envs/agent"],
  ],
  [
    "an environment in Parameter Store",
    { agentEnvFileUrl: "ssm:/ci/env" },
    "FetchAgentEnvParameters",
    ["ssm:GetParametersByPath"],
    ["arn:aws:ssm:us-east-1:123456789012:parameter/ci/env", "arn:aws:ssm:us-east-1:123456789012:parameter/ci/env/*"],
  ],
])("instances have the rights for %s, no wider than that", (_, props, sid, allowed, resources) => {
  expect(statement(agentPolicy(props), sid)).toMatchObject({ Effect: "Allow", Action: allowed, Resource: resources });
});

test("permissions that no input asks for are not granted", () => {
  const sids = [
    "LimitLogs",
    "ListArtifacts",
    "StoreArtifacts",
    "ReadGitMirrorSeeds",
    "ReadSigningKeySet",
    "ReadVerificationKeySet",
    "FetchBootstrapScript",
    "FetchAuthorizedUsers",
    "FetchAgentEnvFile",
    "FetchAgentEnvParameters",
  ];
  expect(sids.filter((sid) => statement(agentPolicy(), sid))).toEqual([]);
});

test.each([
  ["none", undefined, false],
  ["readonly", READ, false],
  ["readonly-pullthrough", READ, true],
  ["poweruser", POWER, false],
  ["poweruser-pullthrough", POWER, true],
  ["full", "AmazonEC2ContainerRegistryFullAccess", false],
] as const)("the registry level %s attaches %s; it fills pull-through caches: %s", (level, policy, pullsThrough) => {
  const stack = synthesized({ ecrAccessPolicy: level });
  const attached = stack.all("aws_iam_role_policy_attachment")["instance_ecr_policy"];
  expect(attached?.policy_arn).toBe(policy && `arn:aws:iam::aws:policy/${policy}`);
  expect("ecr_pullthrough_policy" in stack.all("aws_iam_role_policy")).toBe(pullsThrough);
});

test.each(["readonly-pullthrough", "poweruser-pullthrough"] as const)(
  "%s lets nobody push through the cache's rights",
  (level) => {
    const { policy } = policies({ ecrAccessPolicy: level })["ecr_pullthrough_policy"];
    expect(actions(policy as string)).toEqual(["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]);
  },
);

test("managed policies are attached to the role, each one by its ARN or by its user's key", () => {
  const [readOnly, ci] = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/ci"];
  const attachment = synthesized({ managedPolicyArns: [readOnly], managedPolicies: { own: ci } }).only(
    "aws_iam_role_policy_attachment",
  );
  expect(attachment).toMatchObject({
    for_each: { [readOnly]: readOnly, own: ci },
    role: "${aws_iam_role.iam_role.name}",
    policy_arn: "${each.value}",
  });
});

test("a policy of the same program needs no key: its attachment is known by the policy's own address", () => {
  const known = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  const reference = Token.asString(ref("aws_iam_policy.own.arn"));
  const attachment = synthesized({ managedPolicyArns: [reference, known] }).only("aws_iam_role_policy_attachment");
  expect(attachment.for_each).toEqual({ '${"aws_iam_policy.own.arn"}': "${aws_iam_policy.own.arn}", [known]: known });
});

test("the role has the name and the tags of the inputs", () => {
  const role = synthesized({ instanceRoleName: "agents", instanceRoleTags: "team=ci,cost=42" }).all("aws_iam_role")[
    "iam_role"
  ];
  expect(role.name).toBe("agents");
  expect(role.tags).toEqual({ ManagedBy: "Terraform", Stack: "buildkite-stack-0a1b2c3d", team: "ci", cost: "42" });
});

test("the instance profile has the role, and its name may be given", () => {
  expect(synthesized({ instanceProfileName: "agents" }).only("aws_iam_instance_profile")).toMatchObject({
    name: "agents",
    role: "${aws_iam_role.iam_role.name}",
  });
});

test("a role of the user's own is used as it is: nothing is made for it or attached to it", () => {
  const instanceRoleArn = "arn:aws:iam::123456789012:role/team/ci/agents";
  const stack = synthesized({ ...EVERYTHING, instanceRoleArn });
  expect(stack.only("aws_iam_instance_profile").role).toBe("agents");
  expect([stack.ci.instanceRoleArn, stack.ci.instanceRoleName]).toEqual([instanceRoleArn, "agents"]);
  expect(Object.keys(stack.all("aws_iam_role"))).not.toContain("iam_role");
  expect(Object.keys(stack.all("aws_iam_role_policy")).sort()).toEqual([
    "asg_process_suspender",
    "scaler_lambda_policy",
    "stop_buildkite_agents",
  ]);
  expect(Object.keys(stack.all("aws_iam_role_policy_attachment"))).toEqual(["scaler_lambda_role_managed_policies"]);
});

test("with roles of the user's own for all, the stack makes no role and no policy", () => {
  const role = "arn:aws:iam::123456789012:role/ours";
  const roles = {
    instanceRoleArn: role,
    scalerLambdaRoleArn: role,
    asgProcessSuspenderRoleArn: role,
    stopBuildkiteAgentsRoleArn: role,
  };
  const iam = synthesized({ ...EVERYTHING, ...roles }).types.filter((type) => type.startsWith("aws_iam_"));
  expect(iam).toEqual(["aws_iam_instance_profile"]);
});
