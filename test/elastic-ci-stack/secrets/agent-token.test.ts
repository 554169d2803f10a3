import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { actions, statement, synthesized, TOKEN } from "../../harness/synthesized";

const policies = (props: Partial<ElasticCiStackProps>): readonly string[] => {
  const { buildkite_agent_policy: instances, scaler_lambda_policy: scaler } =
    synthesized(props).all("aws_iam_role_policy");
  return [instances.policy, scaler.policy] as string[];
};

test("the token is in a write-only argument, and nowhere else", () => {
  const stack = synthesized();
  expect(stack.only("aws_ssm_parameter")).toMatchObject({ type: "SecureString", value_wo: TOKEN, value_wo_version: 1 });
  expect(stack.only("aws_ssm_parameter").value).toBeUndefined();
  expect(stack.text.split(TOKEN)).toHaveLength(2);
});

test("a raised version writes the token anew", () => {
  expect(synthesized({ buildkiteAgentTokenVersion: 4 }).only("aws_ssm_parameter").value_wo_version).toBe(4);
});

test("a parameter that exists already is used and none is made", () => {
  const stack = synthesized({ buildkiteAgentTokenParameterStorePath: "/ci/token" });
  expect(stack.types).not.toContain("aws_ssm_parameter");
  expect(stack.ci.agentTokenPath).toBe("/ci/token");
  expect(stack.text).not.toContain(TOKEN);
});

const ARN = "arn:aws:ssm:us-east-1:210987654321:parameter/shared/token";
test.each([
  [
    "its own parameter",
    {},
    "arn:aws:ssm:us-east-1:123456789012:parameter/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d/agent-token",
  ],
  [
    "a path",
    { buildkiteAgentTokenParameterStorePath: "/ci/token" },
    "arn:aws:ssm:us-east-1:123456789012:parameter/ci/token",
  ],
  ["a parameter of another account", { buildkiteAgentTokenParameterStorePath: ARN }, ARN],
])("instances and AgentScaler may read %s and no other parameter", (_, props, arn) => {
  for (const policy of policies(props)) {
    expect(statement(policy, "ReadAgentToken")).toMatchObject({ Action: ["ssm:GetParameter"], Resource: [arn] });
    expect(actions(policy).filter((action) => /GetParameter/.test(action))).toEqual(["ssm:GetParameter"]);
  }
});

const KEY = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY_ARN = `arn:aws:kms:us-east-1:123456789012:key/${KEY}`;
test.each([
  ["id", KEY],
  ["ARN", KEY_ARN],
])("a key given by its %s encrypts the parameter and may be used for reading it only", (_, key) => {
  const props = { buildkiteAgentTokenParameterStoreKmsKey: key };
  expect(synthesized(props).only("aws_ssm_parameter").key_id).toBe(key);
  for (const policy of policies(props)) {
    expect(statement(policy, "DecryptAgentToken")).toMatchObject({
      Action: ["kms:Decrypt"],
      Resource: [KEY_ARN],
      Condition: { StringEquals: { "kms:ViaService": "ssm.us-east-1.amazonaws.com" } },
    });
  }
});

test("of a key given by an alias, the key that bears it may be used, through Parameter Store only", () => {
  const props = { buildkiteAgentTokenParameterStoreKmsKey: "alias/ci" };
  expect(synthesized(props).only("aws_ssm_parameter").key_id).toBe("alias/ci");
  for (const policy of policies(props)) {
    expect(statement(policy, "DecryptAgentTokenByAlias")).toMatchObject({
      Resource: ["arn:aws:kms:us-east-1:123456789012:key/*"],
      Condition: {
        StringEquals: { "kms:ViaService": "ssm.us-east-1.amazonaws.com" },
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/ci" },
      },
    });
  }
});

test("without a key nothing may be decrypted", () => {
  for (const policy of policies({})) expect(actions(policy)).not.toContain("kms:Decrypt");
});

test("a token in Secrets Manager may be read through its parameter", () => {
  for (const policy of policies({ buildkiteAgentTokenParameterStorePath: "/aws/reference/secretsmanager/ci/token" })) {
    expect(statement(policy, "ReadAgentTokenSecret")).toMatchObject({
      Action: ["secretsmanager:GetSecretValue"],
      Resource: ["arn:aws:secretsmanager:us-east-1:123456789012:secret:ci/token-??????"],
    });
  }
});

test("other tokens need no permission for secrets", () => {
  for (const policy of policies({})) expect(actions(policy)).not.toContain("secretsmanager:GetSecretValue");
});

test("a key may decrypt a token in Secrets Manager through that service", () => {
  const props = {
    buildkiteAgentTokenParameterStorePath: "/aws/reference/secretsmanager/ci/token",
    buildkiteAgentTokenParameterStoreKmsKey: KEY,
  };
  for (const policy of policies(props)) {
    expect(statement(policy, "DecryptAgentToken")?.Condition).toEqual({
      StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" },
    });
  }
});
