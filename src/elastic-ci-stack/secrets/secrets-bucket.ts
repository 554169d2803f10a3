import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketLoggingA } from "@cdktf/provider-aws/lib/s3-bucket-logging";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type One, type Optional, optional } from "../../value/optional";
import { lower, text } from "../../value/text";
import { and, bool, eq, gt, isSet, map, not, num, or, str, type Value, when } from "../../value/value";
import { policyDocument, type Statement } from "../../aws/policy";

const LOG_PREFIX = "secrets-bucket-access-logs/";
/** Days that access logs and replaced versions of secrets are kept where nobody says how long. */
const KEPT_DAYS = 90;

export interface OwnSecretsBucket {
  readonly bucket: S3Bucket;
  readonly logs: S3Bucket;
}

/** The bucket with the pipelines' secrets, and the bucket of its access logs. Or the bucket given. */
export class SecretsBucket extends Construct {
  readonly own: Optional<OwnSecretsBucket>;
  /** Empty where no bucket is created or given. */
  readonly name: Value<string>;
  readonly region: Value<string>;
  readonly readStatements: readonly Statement[];

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    const { inputs, facts, names, account } = context;
    const bucketName = lower(text`${names.stack}-secrets`);
    const logsName = lower(text`${names.stack}-secrets-logs`);
    this.own = optional(facts.createsSecretsBucket, (one) => this.make(one, bucketName, logsName));
    this.name = when(facts.createsSecretsBucket, bucketName, inputs.secretsBucket);
    this.region = when(facts.createsSecretsBucket, account.region, inputs.secretsBucketRegion);
    const exists = and(inputs.enableSecretsPlugin, or(facts.createsSecretsBucket, isSet(inputs.secretsBucket)));
    this.readStatements = [
      { sid: "ListSecrets", exists, actions: ["s3:ListBucket"], resources: [account.bucketArn(this.name)] },
      { sid: "ReadSecrets", exists, actions: ["s3:GetObject"], resources: [account.bucketArn(text`${this.name}/*`)] },
    ];
  }

  private make(one: One, bucketName: Value<string>, logsName: Value<string>): OwnSecretsBucket {
    const { bucket: logs, policy: logsPolicy } = this.bucket(one, "managed_secrets_logging_bucket", logsName, [
      this.logDelivery(bucketName, logsName),
    ]);
    const { bucket } = this.bucket(one, "managed_secrets_bucket", bucketName, []);
    one(
      new S3BucketLoggingA(this, "managed_secrets_bucket_logging", {
        bucket: bucket.id,
        targetBucket: logs.id,
        targetPrefix: LOG_PREFIX,
        dependsOn: logsPolicy ? [logsPolicy] : [],
      }),
    );
    return { bucket, logs };
  }

  /** A private, versioned, encrypted bucket for TLS only. */
  private bucket(one: One, id: string, name: Value<string>, statements: readonly Statement[]) {
    const { secretsBucketForceDestroy, secretsBucketEncryption } = this.context.inputs;
    const bucket = one(
      new S3Bucket(this, id, {
        bucket: str(name),
        forceDestroy: bool(secretsBucketForceDestroy),
        tags: map(this.context.names.tags),
      }),
    );
    const isEncrypted = and(this.context.facts.createsSecretsBucket, secretsBucketEncryption);
    optional(isEncrypted, (encrypted) =>
      encrypted(
        new S3BucketServerSideEncryptionConfigurationA(this, `${id}_encryption`, {
          bucket: bucket.id,
          rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
        }),
      ),
    );
    const versioning = one(
      new S3BucketVersioningA(this, `${id}_versioning`, {
        bucket: bucket.id,
        versioningConfiguration: { status: "Enabled" },
      }),
    );
    const privacy = one(
      new S3BucketPublicAccessBlock(this, `${id}_pab`, {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      }),
    );
    one(
      new S3BucketOwnershipControls(this, `${id}_ownership`, {
        bucket: bucket.id,
        rule: { objectOwnership: "BucketOwnerEnforced" },
      }),
    );
    this.expiry(id, bucket, versioning);
    // A bucket has one policy, and an adopted bucket may have one of the user's own.
    const hasPolicy = or(not(this.context.facts.isAdopted), secretsBucketEncryption, statements.length > 0);
    const policy = optional(and(this.context.facts.createsSecretsBucket, hasPolicy), (only) =>
      only(
        new S3BucketPolicy(this, `${id}_policy`, {
          bucket: bucket.id,
          policy: str(policyDocument([...this.tlsOnly(name), ...statements])),
          dependsOn: [privacy],
        }),
      ),
    );
    return { bucket, policy: policy.made };
  }

  /** Nothing at all where a bucket keeps its content for ever: it may have rules of the user's own. */
  private expiry(id: string, bucket: S3Bucket, versioning: S3BucketVersioningA): void {
    const { inputs, facts } = this.context;
    const holdsLogs = id === "managed_secrets_logging_bucket";
    const asked = holdsLogs ? inputs.secretsLoggingBucketDays : inputs.secretsBucketNoncurrentDays;
    const days = when(eq(asked, -1), when(facts.isAdopted, 0, KEPT_DAYS), asked);
    optional(and(facts.createsSecretsBucket, gt(days, 0)), (expires) =>
      expires(
        new S3BucketLifecycleConfiguration(this, `${id}_lifecycle`, {
          bucket: bucket.id,
          rule: [
            {
              id: "expire",
              status: "Enabled",
              filter: [{ prefix: "" }],
              ...(holdsLogs && { expiration: [{ days: num(days) }] }),
              noncurrentVersionExpiration: [{ noncurrentDays: num(days) }],
              abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
            },
          ],
          dependsOn: [versioning],
        }),
      ),
    );
  }

  private tlsOnly(name: Value<string>): readonly Statement[] {
    const arn = this.context.account.bucketArn(name);
    return [
      {
        sid: "AllowSSLRequestsOnly",
        effect: "Deny",
        principal: { AWS: "*" },
        actions: ["s3:*"],
        resources: [arn, text`${arn}/*`],
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ];
  }

  private logDelivery(bucketName: Value<string>, logsName: Value<string>): Statement {
    return {
      sid: "S3ServerAccessLogsPolicy",
      principal: { Service: "logging.s3.amazonaws.com" },
      actions: ["s3:PutObject"],
      resources: this.context.account.bucketArn(text`${logsName}/${LOG_PREFIX}*`),
      condition: {
        ArnLike: { "aws:SourceArn": this.context.account.bucketArn(bucketName) },
        StringEquals: { "aws:SourceAccount": this.context.account.id },
      },
    };
  }
}
