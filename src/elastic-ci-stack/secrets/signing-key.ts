import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type Optional, optional } from "../../value/optional";
import { text } from "../../value/text";
import { eq, isSet, map, str, type Value, when } from "../../value/value";
import { tagged } from "../../aws/names";
import { onKmsKey, type Statement } from "../../aws/policy";

/** The KMS key that signs pipelines: created, given, or none. */
export class SigningKey extends Construct {
  readonly own: Optional<KmsKey>;
  /** The created key's alias. */
  readonly alias: Optional<KmsAlias>;
  /** The agent's setting: for a created key the alias, which unlike the key's ARN is known at plan. Empty for none. */
  readonly reference: Value<string>;
  readonly useStatements: readonly Statement[];

  constructor(scope: Construct, id: string, { inputs, facts, names, account }: StackContext) {
    super(scope, id);
    const given = inputs.pipelineSigningKmsKeyId;
    const aliasName = text`alias/${names.stack}-pipeline-signing`;
    this.own = optional(facts.createsSigningKey, (one) =>
      one(
        new KmsKey(this, "pipeline_signing_kms_key", {
          description: str(text`Signs and verifies Buildkite pipelines of ${names.stack}`),
          customerMasterKeySpec: str(inputs.pipelineSigningKmsKeySpec),
          keyUsage: "SIGN_VERIFY",
          tags: map(tagged(names.tags, { Name: text`${names.stack}-PipelineSigningKey` })),
        }),
      ),
    );
    const keyId = str(this.own.pick((key) => key.id, ""));
    this.alias = optional(facts.createsSigningKey, (one) =>
      one(new KmsAlias(this, "pipeline_signing_kms_key_alias", { name: str(aliasName), targetKeyId: keyId })),
    );
    const givenArn = account.kmsKeyArn(given);
    const givenReference = when(isSet(given), givenArn, "");
    this.reference = when(facts.createsSigningKey, account.arn("kms", aliasName), givenReference);
    // One of the keys at most is there, so the statement's name stays unique.
    const sid = "SignAndVerifyPipelines";
    const actions = when<readonly string[]>(
      eq(inputs.pipelineSigningKmsAccess, "sign-and-verify"),
      ["kms:Verify", "kms:GetPublicKey", "kms:Sign"],
      ["kms:Verify", "kms:GetPublicKey"],
    );
    this.useStatements = [
      { sid, exists: facts.createsSigningKey, actions, resources: [this.own.pick((key) => key.arn, "")] },
      ...onKmsKey(account, given, { sid, exists: isSet(given), actions }),
    ];
  }
}
