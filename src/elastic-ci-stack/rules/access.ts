import { contains, some, splitTrimmed, values } from "../../value/list";
import { matches, startsWith } from "../../value/text";
import { isSet, not, or, type Value } from "../../value/value";
import { createsAgentToken, createsSecretsBucket, createsSigningKey } from "../facts";
import { table, type InputName, type Inputs, type InputRule } from "../inputs/table";

const registration: readonly InputRule[] = [
  {
    on: "stack_name",
    holds: (inputs) => or(not(startsWith(inputs.stackName, "-")), not(createsSecretsBucket(inputs))),
    message:
      "{stack_name=}, with which the name of the secrets bucket would begin with a hyphen, as S3 allows none. " +
      "Give a bucket of your own in {secrets_bucket}, or another name.",
  },
  {
    on: "buildkite_agent_token",
    holds: (inputs) => or(isSet(inputs.buildkiteAgentToken), not(createsAgentToken(inputs))),
    message:
      "{buildkite_agent_token} and {buildkite_agent_token_parameter_store_path} are both empty. " +
      "Give one of them: agents cannot register without a token.",
  },
  {
    on: "buildkite_agent_tags",
    holds: (inputs) => not(some(splitTrimmed(",", inputs.buildkiteAgentTags), (tag) => matches(/^queue *=/, tag))),
    message:
      "{buildkite_agent_tags=}, which names a queue. AgentScaler would not watch it: give the queue in {buildkite_queue}.",
  },
];

/** Flags, and the inputs for which they state that a value is given that Terraform knows only after apply. */
const CREATE_FLAGS: readonly (readonly [InputName, InputName])[] = [
  ["create_vpc", "vpc_id"],
  ["create_secrets_bucket", "secrets_bucket"],
  ["create_instance_role", "instance_role_arn"],
  ["create_scaler_lambda_role", "scaler_lambda_role_arn"],
  ["create_asg_process_suspender_role", "asg_process_suspender_role_arn"],
  ["create_stop_buildkite_agents_role", "stop_buildkite_agents_role_arn"],
  ["create_agent_token_parameter", "buildkite_agent_token_parameter_store_path"],
];

const createFlags = CREATE_FLAGS.map(([flag, input]): InputRule => ({
  on: flag,
  holds: (inputs) =>
    or(table.content(flag, inputs) as Value<boolean>, isSet(table.content(input, inputs) as Value<string>)),
  message: `{${flag}=}, but {${input}} is empty. Give {${input}}, or leave {${flag}} at true.`,
}));

export function usesKmsSigning(inputs: Inputs): Value<boolean> {
  return or(isSet(inputs.pipelineSigningKmsKeyId), createsSigningKey(inputs));
}

const signing: readonly InputRule[] = [
  {
    on: "pipeline_signing_jwks_parameter_store_path",
    holds: (inputs) => or(not(usesKmsSigning(inputs)), not(isSet(inputs.pipelineSigningJwksParameterStorePath))),
    message:
      "{pipeline_signing_jwks_parameter_store_path=}, but {pipeline_signing_kms_key_id=} and {pipeline_signing_kms_key_spec=}. " +
      "Sign with a JSON Web Key Set or with KMS, not with both.",
  },
];

const policies: readonly InputRule[] = [
  {
    on: "managed_policies",
    holds: ({ managedPolicies, managedPolicyArns }) =>
      not(some(values(managedPolicies), (arn) => contains(managedPolicyArns, arn))),
    message:
      "{managed_policies=}, but {managed_policy_arns=}. Give a policy in one of them: taken out of one, it would be detached for both.",
  },
];

export const accessRules: readonly InputRule[] = [...registration, ...createFlags, ...signing, ...policies];
