import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { EVERYTHING, synthesized } from "../harness/synthesized";

test("a stack with everything has every output", () => {
  expect(Object.keys(synthesized(EVERYTHING).outputs).sort()).toEqual([...Object.keys(elasticCiStack.outputs)].sort());
});

test.each<[string, Partial<ElasticCiStackProps>, readonly string[]]>([
  ["a given secrets bucket", { secretsBucket: "ours" }, ["managed_secrets_bucket", "managed_secrets_logging_bucket"]],
  [
    "a group of one size",
    { minSize: 2, maxSize: 2 },
    ["scaler_lambda_function_arn", "scaler_lambda_function_name", "scaler_log_group"],
  ],
  ["no signing key", { pipelineSigningKmsKeySpec: "none" }, ["pipeline_signing_kms_key"]],
])("with %s the outputs of what is not made are left out", (_, props, missing) => {
  const names = Object.keys(synthesized({ ...EVERYTHING, ...props }).outputs);
  expect(
    Object.keys(elasticCiStack.outputs)
      .filter((name) => !names.includes(name))
      .sort(),
  ).toEqual(missing);
});

test("outputs are about what is in use, created or given", () => {
  const instanceRoleArn = "arn:aws:iam::123456789012:role/team/agents";
  const { outputs } = synthesized({
    vpcId: "vpc-1",
    subnets: ["subnet-1", "subnet-2"],
    instanceRoleArn,
    imageId: "ami-0123456789abcdef0",
  });
  expect([
    outputs["vpc_id"].value,
    outputs["instance_role_arn"].value,
    outputs["instance_role_name"].value,
    outputs["image_id"].value,
  ]).toEqual(["vpc-1", instanceRoleArn, "agents", "ami-0123456789abcdef0"]);
});
