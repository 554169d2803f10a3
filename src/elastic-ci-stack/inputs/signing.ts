import { emptyOr } from "../../schema/check";
import { kmsKey, oneLine, parameterPath } from "../../schema/formats/texts";
import { choice, text } from "../../schema/row";

export const signing = {
  pipeline_signing_kms_key_id: text({
    default: "",
    about: "Existing KMS key that signs and verifies pipelines: its id, its ARN or an alias.",
    checks: [emptyOr(kmsKey())],
  }),
  pipeline_signing_kms_key_spec: choice(["none", "ECC_NIST_P256"], {
    default: "none",
    about: "Kind of KMS signing key to create, where pipeline_signing_kms_key_id is empty. none: no key is created.",
  }),
  pipeline_signing_kms_access: choice(["sign-and-verify", "verify"], {
    default: "sign-and-verify",
    about: "What instances may do with the KMS key. Those that only run jobs need no more than verify.",
  }),
  pipeline_signing_verification_failure_behavior: choice(["block", "warn"], {
    default: "block",
    env: "BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR",
    about: "What the agent does with a job whose signature is missing or wrong. warn runs it all the same.",
  }),
  pipeline_signing_jwks_parameter_store_path: text({
    default: "",
    env: "BUILDKITE_AGENT_SIGNING_KEY_PATH",
    imageKind: "parameter",
    about: "SSM parameter with the JSON Web Key Set that signs pipelines. The created instance role may read it.",
    checks: [emptyOr(parameterPath())],
  }),
  pipeline_signing_jwks_key_id: text({
    default: "",
    env: "BUILDKITE_AGENT_SIGNING_KEY_ID",
    about: "Id of the signing key within that set. Empty: its only key.",
    checks: [oneLine()],
  }),
  pipeline_verification_jwks_parameter_store_path: text({
    default: "",
    env: "BUILDKITE_AGENT_VERIFICATION_KEY_PATH",
    imageKind: "parameter",
    about: "SSM parameter with the JSON Web Key Set that verifies pipelines. The created instance role may read it.",
    checks: [emptyOr(parameterPath())],
  }),
};
