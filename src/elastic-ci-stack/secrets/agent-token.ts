import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type Optional, optional, orNull } from "../../value/optional";
import { startsWith, text, withoutPrefix } from "../../value/text";
import { isSet, map, num, str, type Value, when } from "../../value/value";
import { SECRETS_MANAGER_REFERENCE } from "../facts";
import { type Statement } from "../../aws/policy";

/** The agent token in Parameter Store: our own SecureString, or the parameter given by path or ARN. */
export class AgentToken extends Construct {
  readonly own: Optional<SsmParameter>;
  /** What `ssm:GetParameter` takes: a path or an ARN. */
  readonly path: Value<string>;
  /** Statements that let a role read the token. */
  readonly readStatements: readonly Statement[];

  constructor(scope: Construct, id: string, context: StackContext) {
    super(scope, id);
    const { inputs, facts, names } = context;
    const ownPath = text`/buildkite/elastic-ci-stack/${names.stack}/agent-token`;
    const key = inputs.buildkiteAgentTokenParameterStoreKmsKey;
    this.own = optional(facts.createsAgentToken, (one) =>
      one(
        new SsmParameter(this, "buildkite_agent_token_parameter", {
          name: str(ownPath),
          description: "Buildkite agent token",
          type: "SecureString",
          keyId: orNull(key),
          // Write-only: Terraform hands the token over and keeps it in neither state nor plan.
          valueWo: str(inputs.buildkiteAgentToken),
          valueWoVersion: num(inputs.buildkiteAgentTokenVersion),
          tags: map(names.tags),
        }),
      ),
    );
    this.path = when(facts.createsAgentToken, ownPath, inputs.buildkiteAgentTokenParameterStorePath);
    this.readStatements = this.reading(key, context);
  }

  private reading(key: Value<string>, { facts, account }: StackContext): readonly Statement[] {
    const parameter = when(startsWith(this.path, "arn:"), this.path, account.arn("ssm", text`parameter${this.path}`));
    const secret = text`secret:${withoutPrefix(this.path, SECRETS_MANAGER_REFERENCE)}-??????`;
    const keeper = when(facts.tokenIsInSecretsManager, "secretsmanager", "ssm");
    return [
      { sid: "ReadAgentToken", actions: ["ssm:GetParameter"], resources: [parameter] },
      {
        sid: "DecryptAgentToken",
        exists: isSet(key),
        actions: ["kms:Decrypt"],
        resources: [account.kmsKeyArn(key)],
        condition: { StringEquals: { "kms:ViaService": text`${keeper}.${account.region}.${account.dnsSuffix}` } },
      },
      {
        sid: "ReadAgentTokenSecret",
        exists: facts.tokenIsInSecretsManager,
        actions: ["secretsmanager:GetSecretValue"],
        resources: [account.arn("secretsmanager", secret)],
      },
    ];
  }
}
