import { ACCOUNT, counted, type Original, policy, type Resources } from "./inputs";

const SECRETS = "managed_secrets_bucket";
const LOGS = "managed_secrets_logging_bucket";

/** Buckets, the token's parameter and the signing key. */
export function storage(original: Original): Resources {
  const { name, tags } = original;
  return {
    ...buckets(original),
    aws_ssm_parameter: counted(!original.has("buildkite_agent_token_parameter_store_path"), {
      buildkite_agent_token_parameter: {
        name: `/buildkite/elastic-ci-stack/${name}/agent-token`,
        type: "SecureString",
        value: original.variable("buildkite_agent_token", ""),
        tags,
      },
    }),
    aws_kms_key: counted(original.has("pipeline_signing_kms_key_spec"), {
      pipeline_signing_kms_key: {
        customer_master_key_spec: original.variable("pipeline_signing_kms_key_spec"),
        key_usage: "SIGN_VERIFY",
        tags: { ...tags, Name: `${name}-PipelineSigningKey` },
      },
    }),
  };
}

function buckets({ name, tags, inputs, makesSecretsBucket: exists }: Original): Resources {
  const isEncrypted = exists && inputs["secrets_bucket_encryption"] === true;
  const both = (suffix: string, body: object, made = exists) =>
    counted(made, {
      [`${SECRETS}${suffix}`]: { bucket: `\${aws_s3_bucket.${SECRETS}[0].id}`, ...body },
      [`${LOGS}${suffix}`]: { bucket: `\${aws_s3_bucket.${LOGS}[0].id}`, ...body },
    });
  return {
    aws_s3_bucket: counted(exists, {
      [SECRETS]: { bucket: `${name}-secrets`, tags },
      [LOGS]: { bucket: `${name}-secrets-logs`, tags },
    }),
    aws_s3_bucket_versioning: both("_versioning", { versioning_configuration: { status: "Enabled" } }),
    aws_s3_bucket_server_side_encryption_configuration: both(
      "_encryption",
      { rule: { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } } },
      isEncrypted,
    ),
    aws_s3_bucket_public_access_block: both("_pab", {
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    }),
    aws_s3_bucket_logging: counted(exists, {
      [`${SECRETS}_logging`]: {
        bucket: `\${aws_s3_bucket.${SECRETS}[0].id}`,
        target_bucket: `\${aws_s3_bucket.${LOGS}[0].id}`,
        target_prefix: "secrets-bucket-access-logs/",
        // The original says nothing of it; the emulator checks the policy as S3 does.
        depends_on: [`aws_s3_bucket_policy.${LOGS}_policy`],
      },
    }),
    aws_s3_bucket_policy: {
      ...counted(isEncrypted, {
        [`${SECRETS}_policy`]: {
          bucket: `\${aws_s3_bucket.${SECRETS}[0].id}`,
          policy: policy(onlyTls(`${name}-secrets`)),
        },
      }),
      ...counted(exists, {
        [`${LOGS}_policy`]: {
          bucket: `\${aws_s3_bucket.${LOGS}[0].id}`,
          policy: policy(accessLogs(name), onlyTls(`${name}-secrets-logs`)),
        },
      }),
    },
  };
}

/** One resource and a principal by its kind: the emulator understands no other form. */
function onlyTls(bucket: string) {
  return {
    Sid: "AllowSSLRequestsOnly",
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "s3:*",
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

function accessLogs(name: string) {
  return {
    Sid: "S3ServerAccessLogsPolicy",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${name}-secrets-logs/*`,
    Condition: {
      ArnLike: { "aws:SourceArn": `arn:aws:s3:::${name}-secrets` },
      StringEquals: { "aws:SourceAccount": ACCOUNT },
    },
  };
}
