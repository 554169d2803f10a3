import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { actions, statement, synthesized } from "../../harness/synthesized";

const use = (props: Partial<ElasticCiStackProps>) =>
  statement(
    synthesized(props).all("aws_iam_role_policy")["buildkite_agent_policy"].policy as string,
    "SignAndVerifyPipelines",
  );

test("by default there is no key, and no permission for one", () => {
  const stack = synthesized();
  expect(stack.types).not.toContain("aws_kms_key");
  expect(actions(stack.all("aws_iam_role_policy")["buildkite_agent_policy"].policy as string)).not.toContain(
    "kms:Sign",
  );
});

test("a created key signs, and has an alias that is known at plan", () => {
  const stack = synthesized({ pipelineSigningKmsKeySpec: "ECC_NIST_P256" });
  expect(stack.only("aws_kms_key")).toMatchObject({
    key_usage: "SIGN_VERIFY",
    customer_master_key_spec: "ECC_NIST_P256",
  });
  expect(stack.only("aws_kms_alias")).toMatchObject({
    name: "alias/buildkite-stack-0a1b2c3d-pipeline-signing",
    target_key_id: "${aws_kms_key.pipeline_signing_kms_key.id}",
  });
});

const ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd";
test.each<[string, Partial<ElasticCiStackProps>, string]>([
  ["the created key", { pipelineSigningKmsKeySpec: "ECC_NIST_P256" }, "aws_kms_key.pipeline_signing_kms_key.arn"],
  ["a key given by its ARN", { pipelineSigningKmsKeyId: ARN }, ARN],
  ["a key given by its id, of which IAM needs the ARN", { pipelineSigningKmsKeyId: "1234abcd" }, ARN],
])("instances may use %s", (_, props, resource) => {
  expect(use(props)).toMatchObject({ Action: ["kms:Verify", "kms:GetPublicKey", "kms:Sign"], Resource: [resource] });
});

test.each([
  ["alias/team/signing", "arn:aws:kms:us-east-1:123456789012:key/*"],
  ["arn:aws:kms:eu-west-1:210987654321:alias/team/signing", "arn:aws:kms:eu-west-1:210987654321:key/*"],
])(
  "instances may use the key that bears the alias %s, for IAM names keys by aliases in a condition only",
  (key, keys) => {
    const { all } = synthesized({ pipelineSigningKmsKeyId: key });
    const policy = all("aws_iam_role_policy")["buildkite_agent_policy"].policy as string;
    expect(statement(policy, "SignAndVerifyPipelines")).toBeUndefined();
    expect(statement(policy, "SignAndVerifyPipelinesByAlias")).toMatchObject({
      Action: ["kms:Verify", "kms:GetPublicKey", "kms:Sign"],
      Resource: [keys],
      Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/team/signing" } },
    });
  },
);

test("beside an existing key none is made, whatever its kind would be, as in Buildkite's own module", () => {
  const props = { pipelineSigningKmsKeyId: ARN, pipelineSigningKmsKeySpec: "ECC_NIST_P256" } as const;
  expect(synthesized(props).types).not.toContain("aws_kms_key");
  expect(use(props)?.Resource).toEqual([ARN]);
});

test("instances that only verify may not sign", () => {
  const verifying = use({ pipelineSigningKmsKeyId: ARN, pipelineSigningKmsAccess: "verify" });
  expect(verifying?.Action).toEqual(["kms:Verify", "kms:GetPublicKey"]);
});
