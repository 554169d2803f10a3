import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { synthesize } from "../../src/module/synthesize";
import { sourcesBelow } from "../harness/sources";
import { BEIJING, type Body, EVERYTHING, GOVCLOUD, statements, synthesized } from "../harness/synthesized";

const stack = synthesized(EVERYTHING);
const policies = Object.values(stack.all("aws_iam_role_policy")).map(({ policy }: Body) => policy as string);
const all = policies.flatMap(statements);

/** Actions that stand on every resource, and why they cannot stand on fewer. */
const ON_EVERYTHING: Readonly<Record<string, string>> = {
  "autoscaling:DescribeAutoScalingGroups": "AWS limits it to no resource",
  "autoscaling:DescribeScalingActivities": "AWS limits it to no resource",
  "cloudwatch:PutMetricData": "AWS limits it to no resource; a condition limits the namespace",
  "ec2:DescribeInstances": "AWS limits it to no resource",
  "ec2:DescribeInstanceStatus": "AWS limits it to no resource",
  "ssm:DescribeInstanceInformation": "AWS limits it to no resource",
  "ssm:GetCommandInvocation": "AWS limits it to no resource",
  "ssm:ListCommandInvocations": "AWS limits it to no resource",
  "ssm:DescribeInstanceProperties": "the SSM agent's own",
  "ssm:ListAssociations": "the SSM agent's own",
  "ssm:PutInventory": "the SSM agent's own",
  "ssm:UpdateInstanceInformation": "the SSM agent's own",
  "ssmmessages:CreateControlChannel": "the SSM agent's own",
  "ssmmessages:CreateDataChannel": "the SSM agent's own",
  "ssmmessages:OpenControlChannel": "the SSM agent's own",
  "ssmmessages:OpenDataChannel": "the SSM agent's own",
  "ec2messages:AcknowledgeMessage": "the SSM agent's own",
  "ec2messages:DeleteMessage": "the SSM agent's own",
  "ec2messages:FailMessage": "the SSM agent's own",
  "ec2messages:GetEndpoint": "the SSM agent's own",
  "ec2messages:GetMessages": "the SSM agent's own",
  "ec2messages:SendReply": "the SSM agent's own",
};

test("only actions that AWS does not limit to a resource are allowed on all", () => {
  const wide = all.filter(({ Resource }) => [Resource].flat().includes("*")).flatMap(({ Action }) => Action);
  expect([...new Set(wide)].sort()).toEqual(Object.keys(ON_EVERYTHING).sort());
});

test("metrics go to Buildkite's namespace only", () => {
  const metrics = all.filter(({ Action }) => Action.includes("cloudwatch:PutMetricData"));
  expect(metrics.map(({ Condition }) => Condition)).toEqual([
    { StringEquals: { "cloudwatch:namespace": "Buildkite" } },
  ]);
});

test("no action has a wildcard", () => {
  expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
});

test("commands and termination reach instances of the own group only", () => {
  const onInstances = all.filter(({ Resource }) => [Resource].flat().some((arn) => arn.includes(":instance/")));
  expect(onInstances.map(({ Sid }) => Sid).sort()).toEqual(["StopAgents", "StopAgents", "TerminateInstances"]);
  for (const { Condition } of onInstances) {
    const { StringEquals } = Condition as { StringEquals: Record<string, string | string[]> };
    expect(Object.entries(StringEquals).flat(2)).toEqual([
      "aws:ResourceTag/aws:autoscaling:groupName",
      "buildkite-stack-0a1b2c3d-asg",
    ]);
  }
});

test("every statement has a name of its own within its policy", () => {
  for (const policy of policies) {
    const sids = statements(policy).map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
  }
});

/** As many groups as the limit of the input lets through: some with names of usual length, or more with short ones. */
const MANY_GROUPS = [
  Array.from({ length: 30 }, (_, i) => `queue-${i + 10}=long-name-of-group${i + 10}`),
  Array.from({ length: 46 }, (_, i) => `q=${i + 10}`),
];
const withManyGroups = MANY_GROUPS.map((scalerGroups) =>
  synthesized({ ...EVERYTHING, scalerImplementation: "typescript", scalerGroups }),
);

test("no role's inline policies exceed IAM's limit, however many groups are served", () => {
  const sizes = [stack, ...withManyGroups].flatMap(({ all: of }) =>
    Object.values(of("aws_iam_role_policy")).map(
      ({ policy }: Body) => JSON.stringify(statements(policy as string)).length,
    ),
  );
  expect(Math.max(...sizes)).toBeLessThan(10_240);
});

test("no function's environment exceeds Lambda's limit, however many groups are served", () => {
  const sizes = withManyGroups.map(
    ({ all: of }) => JSON.stringify(of("aws_lambda_function")["scaler"].environment.variables).length,
  );
  expect(Math.max(...sizes)).toBeLessThan(4096);
});

test.each(["iam_role", "scaler_lambda_role", "asg_process_suspender", "stop_buildkite_agents"])(
  "the role %s stays within the boundary that is given",
  (name) => {
    expect(stack.all("aws_iam_role")[name].permissions_boundary).toBe(EVERYTHING.instanceRolePermissionsBoundaryArn);
  },
);

test("without a boundary no role has one", () => {
  const { types, all: of } = synthesized();
  expect(types).toContain("aws_iam_role");
  expect(Object.values(of("aws_iam_role")).filter((role: Body) => role.permissions_boundary)).toEqual([]);
});

const generated = synthesize(elasticCiStack, []).configuration;

test("every role of the module stays within the boundary that is given", () => {
  const roles = Object.values<Body>(generated["resource"]!["aws_iam_role"]! as Body);
  expect(roles).toHaveLength(4);
  for (const role of roles) expect(role.permissions_boundary).toContain("var.instance_role_permissions_boundary_arn");
});

// Inputs and what is generated from them name partitions in their examples.
const parts = sourcesBelow("aws", "elastic-ci-stack").filter(({ path }) => !/\/inputs\/|\.generated\.ts$/.test(path));

test.each(parts)("$path names no partition", ({ content }) => {
  expect(content).not.toMatch(/arn:aws\b/);
});

test("the module's resources name no partition", () => {
  const { resource, data, locals, output } = generated;
  expect(JSON.stringify({ resource, data, locals, output })).not.toMatch(/arn:aws\b/);
});

test.each([
  ["GovCloud", GOVCLOUD],
  ["China", BEIJING],
])("every ARN in %s is of its partition", (_, place) => {
  const props = {
    ...EVERYTHING,
    instanceRolePermissionsBoundaryArn: "",
    managedPolicyArns: [],
    scalerManagedPolicyArns: [],
  };
  const ours = { scalerImplementation: "typescript", scalerGroups: ["deploy=deploy-asg"] } as const;
  const texts = [props, { ...props, ...ours }].map(
    (variant) => synthesized({ ...variant, imageId: "ami-0123456789abcdef0" }, place).text,
  );
  const partitions = [...texts.join("").matchAll(/arn:([a-z-]+):/g)].map(([, partition]) => partition);
  expect([...new Set(partitions)]).toEqual([place.partition]);
});

test("in China the instances' trust policy names EC2's service principal there", () => {
  const trust = synthesized({ imageId: "ami-0123456789abcdef0" }, BEIJING).all("aws_iam_role")["iam_role"]
    .assume_role_policy as string;
  expect(trust).toContain('"ec2.amazonaws.com.cn"');
});
