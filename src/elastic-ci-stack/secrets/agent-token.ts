import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type Optional, optional, orNull } from "../../value/optional";
import { startsWith, text, trimPrefix } from "../../value/text";
import { isSet, map, num, str, type Value, when } from "../../value/value";
import { SECRETS_MANAGER_REFERENCE } from "../facts";
import { onKmsKey, type Statement } from "../../aws/policy";

/** The agent token in Parameter Store: a created SecureString, or a parameter given by path or ARN. */
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
          // Write-only: neither state nor plan holds the token.
          valueWo: str(inputs.buildkiteAgentToken),
          valueWoVersion: num(inputs.buildkiteAgentTokenVersion),
          tags: map(names.tags),
        }),
      ),
    );
    this.path = when(facts.createsAgentToken, ownPath, inputs.buildkiteAgentTokenParameterStorePath);
    this.readStatements = this.statements(key, context);
  }

  private statements(key: Value<string>, { facts, account }: StackContext): readonly Statement[] {
    const parameter = when(startsWith(this.path, "arn:"), this.path, account.arn("ssm", text`parameter${this.path}`));
    const secret = text`secret:${trimPrefix(this.path, SECRETS_MANAGER_REFERENCE)}-??????`;
    const service = when(facts.tokenIsInSecretsManager, "secretsmanager", "ssm");
    return [
      { sid: "ReadAgentToken", actions: ["ssm:GetParameter"], resources: [parameter] },
      ...onKmsKey(account, key, {
        sid: "DecryptAgentToken",
        exists: isSet(key),
        actions: ["kms:Decrypt"],
        condition: { StringEquals: { "kms:ViaService": text`${service}.${account.region}.${account.dnsSuffix}` } },
      }),
      {
        sid: "ReadAgentTokenSecret",
        exists: facts.tokenIsInSecretsManager,
        actions: ["secretsmanager:GetSecretValue"],
        resources: [account.arn("secretsmanager", secret)],
      },
    ];
  }
}
