import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { TerraformStack, Testing } from "cdktf";
import { ElasticCiStack, type ElasticCiStackProps, InvalidInputs } from "cdktf-buildkite-elastic-ci-stack";
import { type Body, EVERYTHING, synthesized } from "../harness/synthesized";

function build(...all: readonly ElasticCiStackProps[]): {
  readonly stack: TerraformStack;
  readonly clusters: ElasticCiStack[];
} {
  const stack = new TerraformStack(Testing.app(), "stack");
  return { stack, clusters: all.map((props, i) => new ElasticCiStack(stack, `ci${String(i)}`, props)) };
}

function warningsOf({ node }: ElasticCiStack): readonly string[] {
  return node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => data as string);
}

/** Wrong on purpose in ways that the types forbid too. */
function failure(props: object): InvalidInputs {
  try {
    build(props);
  } catch (error) {
    if (error instanceof InvalidInputs) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("wrong inputs are named all at once, without a stack trace", () => {
  const error = failure({ minSize: 5, maxSize: 2, scaleUpSchedule: "daily", scalerEventSchedulePeriod: "30 seconds" });
  expect(error.problems).toHaveLength(4);
  for (const prop of ["minSize", "scaleUpSchedule", "scalerEventSchedulePeriod", "buildkiteAgentToken"])
    expect(error.message).toContain(prop);
  expect(error.stack).toBe(`InvalidInputs: ${error.message}`);
});

test("inputs of the wrong type or name are named all at once", () => {
  const error = failure({ buildkiteAgentToken: "t", minSize: "two", tags: ["a"], max_size: 3, colour: "red" });
  expect(error.problems).toEqual([
    expect.stringContaining("write it as maxSize"),
    expect.stringContaining("colour is not a prop"),
    expect.stringContaining('minSize is "two"'),
    expect.stringContaining("tags is"),
  ]);
});

test("a refused token is not repeated", () => {
  expect(failure({ buildkiteAgentToken: "secret\nline" }).message).not.toContain("secret");
});

test("inputs that do nothing as they stand are warned about, and the stack is made", () => {
  const { clusters } = build({
    buildkiteAgentToken: "t",
    costAllocationTagName: "Cost",
    instanceRoleArn: "arn:aws:iam::123456789012:role/a",
    managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  });
  expect([...warningsOf(clusters[0]!)].sort()).toEqual([
    expect.stringContaining("costAllocationTagName"),
    expect.stringContaining("managedPolicyArns"),
  ]);
});

test("inputs that have an effect draw no warning", () => {
  expect(warningsOf(build({ buildkiteAgentToken: "t" }).clusters[0]!)).toEqual([]);
});

test("an input that needs a newer provider than @cdktf/provider-aws asks for says how to get it", () => {
  const { clusters } = build(
    { buildkiteAgentToken: "t", enableNestedVirtualization: true, instanceTypes: "c8i.large" },
    { buildkiteAgentToken: "t", stackName: "other", enableNestedVirtualization: false },
  );
  expect(clusters.map(warningsOf)).toEqual([
    [expect.stringMatching(/^enableNestedVirtualization needs AWS provider 6\.33\.0 .*aws\.version", "~> 6\.33"\)/)],
    [],
  ]);
});

type Member = keyof ElasticCiStack;
const OPTIONAL: readonly Member[] = [
  "instanceRole",
  "vpc",
  "securityGroup",
  "secretsBucket",
  "secretsLoggingBucket",
  "signingKey",
  "scaler",
];
const ALWAYS: readonly Member[] = [
  "autoScalingGroup",
  "terminatingHook",
  "launchTemplate",
  "instanceProfile",
  "instanceRoleArn",
  "instanceRoleName",
  "vpcId",
  "subnetIds",
  "securityGroupIds",
  "agentTokenPath",
];

test.each<[string, Partial<ElasticCiStackProps>, readonly Member[]]>([
  ["everything made", EVERYTHING, []],
  ["nothing special", {}, ["signingKey"]],
  ["a given role", { instanceRoleArn: "arn:aws:iam::123456789012:role/a" }, ["instanceRole", "signingKey"]],
  ["a given VPC", { vpcId: "vpc-1", subnets: ["subnet-1", "subnet-2"] }, ["signingKey", "vpc"]],
  ["given security groups", { securityGroupIds: ["sg-1"] }, ["securityGroup", "signingKey"]],
  ["a given secrets bucket", { secretsBucket: "ours" }, ["secretsBucket", "secretsLoggingBucket", "signingKey"]],
  ["no secrets plugin", { enableSecretsPlugin: false }, ["secretsBucket", "secretsLoggingBucket", "signingKey"]],
  ["a group of one size", { minSize: 1, maxSize: 1 }, ["scaler", "signingKey"]],
])("with %s the construct lacks exactly what was not made", (_, props, missing) => {
  const { ci } = synthesized(props);
  expect(OPTIONAL.filter((member) => ci[member] === undefined).sort()).toEqual([...missing].sort());
  expect(ALWAYS.filter((member) => ci[member] === undefined || ci[member] === "")).toEqual([]);
});

test("what was made can be extended by the program", () => {
  const { stack, clusters } = build({ buildkiteAgentToken: "t" });
  const ci = clusters[0]!;
  stack.addOverride("output.group.value", ci.autoScalingGroup.arn);
  stack.addOverride("output.role.value", ci.instanceRoleName);
  const { output } = JSON.parse(Testing.synth(stack));
  expect(output.group.value).toMatch(/^\$\{aws_autoscaling_group\.[\w-]+agent_auto_scale_group_\w+\.arn\}$/);
  expect(output.role.value).toMatch(/^\$\{aws_iam_role\.[\w-]+iam_role_\w+\.name\}$/);
});

/** Arguments by which AWS identifies resources of one type. */
const IDENTITIES = ["name", "bucket", "function_name", "scheduled_action_name"];

test("several clusters in one app share no address and no name", () => {
  const props = { ...EVERYTHING, buildkiteAgentToken: "t" };
  const count = (json: string) =>
    Object.values(JSON.parse(json).resource).flatMap((bodies) => Object.keys(bodies as object)).length;
  const one = count(Testing.synth(build({ ...props, stackName: "builders" }).stack));
  const { stack, clusters } = build(
    ...["builders", "uploaders", "deploy"].map((stackName) => ({ ...props, stackName })),
  );
  for (const [i, ci] of clusters.entries()) ci.addOutputs(`cluster${String(i)}_`);
  const text = Testing.synth(stack);
  expect(count(text)).toBe(3 * one);

  const { resource, output } = JSON.parse(text);
  const named = Object.entries(resource)
    .filter(
      ([type]) =>
        !["aws_iam_role_policy", "aws_autoscaling_group", "aws_s3_bucket_policy"].includes(type) &&
        !type.startsWith("aws_s3_bucket_"),
    )
    .flatMap(([type, bodies]) =>
      Object.values(bodies as Body).flatMap((body: Body) =>
        IDENTITIES.filter((key) => key in body).map((key) => `${type} ${String(body[key])}`),
      ),
    )
    .filter((identity) => !identity.includes("aws_lambda_invocation"));
  expect(named.filter((identity, i) => named.indexOf(identity) !== i && !/\$\{aws_/.test(identity))).toEqual([]);
  expect(Object.keys(output as object).sort()).toEqual(
    [0, 1, 2].flatMap((i) => Object.keys(elasticCiStack.outputs).map((name) => `cluster${String(i)}_${name}`)).sort(),
  );
});

test("outputs of a name that the Terraform stack already has are refused, with the remedy", () => {
  const { clusters } = build(
    { buildkiteAgentToken: "t", stackName: "a" },
    { buildkiteAgentToken: "t", stackName: "b" },
  );
  clusters[0]!.addOutputs();
  expect(() => {
    clusters[1]!.addOutputs();
  }).toThrow(
    'The Terraform stack of stack/ci1 already has an output vpc_id, which addOutputs("") would replace. ' +
      'Give each cluster a prefix of its own, such as addOutputs("builders_").',
  );
  expect(() => {
    clusters[0]!.addOutputs();
  }).toThrow("already has an output vpc_id");
});

test("without any props the missing inputs are named", () => {
  expect(() => new ElasticCiStack(new TerraformStack(Testing.app(), "stack"), "ci")).toThrow(
    "buildkiteAgentToken and buildkiteAgentTokenParameterStorePath are both empty",
  );
});

test("comma-separated inputs may be arrays", () => {
  const types = (instanceTypes: string | string[]) =>
    synthesized({ instanceTypes }).only("aws_autoscaling_group").mixed_instances_policy.launch_template.override;
  expect(types(["m5.large", "m5a.large"])).toEqual(types("m5.large,m5a.large"));
});
