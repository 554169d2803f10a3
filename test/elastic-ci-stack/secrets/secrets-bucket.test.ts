import { actions, type Body, statement, synthesized } from "../../harness/synthesized";

const SECRETS = "managed_secrets_bucket";
const LOGS = "managed_secrets_logging_bucket";
const stack = synthesized();
/** The harness gives every stack a suffix, by which one that another module made is known. */
const ownNames = synthesized({ stackNameSuffix: "" });
const LIFECYCLE = "aws_s3_bucket_lifecycle_configuration";

/** The part of a bucket's setting that concerns the bucket. */
const setting = (type: string, suffix: string, bucket: string): Body => stack.all(type)[`${bucket}_${suffix}`];

describe.each([SECRETS, LOGS])("%s", (bucket) => {
  const arn = `arn:aws:s3:::${stack.all("aws_s3_bucket")[bucket].bucket as string}`;

  test("allows TLS only", () => {
    const { policy } = setting("aws_s3_bucket_policy", "policy", bucket);
    expect(statement(policy as string, "AllowSSLRequestsOnly")).toEqual({
      Sid: "AllowSSLRequestsOnly",
      Effect: "Deny",
      Principal: { AWS: "*" },
      Action: ["s3:*"],
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  test("keeps replaced versions for a while", () => {
    expect(setting("aws_s3_bucket_versioning", "versioning", bucket).versioning_configuration.status).toBe("Enabled");
    const { rule, depends_on } = ownNames.all(LIFECYCLE)[`${bucket}_lifecycle`];
    expect(rule).toEqual([
      expect.objectContaining({
        status: "Enabled",
        noncurrent_version_expiration: [{ noncurrent_days: 90 }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
      }),
    ]);
    expect(depends_on).toEqual([`aws_s3_bucket_versioning.${bucket}_versioning`]);
  });

  test("is encrypted", () => {
    const { rule } = setting("aws_s3_bucket_server_side_encryption_configuration", "encryption", bucket);
    expect(rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }]);
  });

  test("can be made public by no policy and no ACL", () => {
    expect(setting("aws_s3_bucket_public_access_block", "pab", bucket)).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(setting("aws_s3_bucket_ownership_controls", "ownership", bucket).rule).toEqual({
      object_ownership: "BucketOwnerEnforced",
    });
  });

  test("is not emptied by a destroy unless asked for", () => {
    expect(stack.all("aws_s3_bucket")[bucket].force_destroy).toBe(false);
    const asked = synthesized({ secretsBucketForceDestroy: true }).all("aws_s3_bucket")[bucket];
    expect(asked.force_destroy).toBe(true);
  });
});

test("access logs expire, secrets do not", () => {
  const rules = ownNames.all(LIFECYCLE);
  expect(rules[`${LOGS}_lifecycle`].rule[0].expiration).toEqual([{ days: 90 }]);
  expect(rules[`${SECRETS}_lifecycle`].rule[0].expiration).toBeUndefined();
});

test("a stack that was adopted deletes nothing from its buckets unless told to", () => {
  expect(stack.types).not.toContain(LIFECYCLE);
});

test.each(["", "0a1b2c3d"])("each bucket keeps what it holds for as long as asked, with the suffix %j", (suffix) => {
  const days = { secretsBucketNoncurrentDays: 30, secretsLoggingBucketDays: 7 };
  const rules = synthesized({ stackNameSuffix: suffix, ...days }).all(LIFECYCLE);
  expect(rules[`${SECRETS}_lifecycle`].rule[0].noncurrent_version_expiration).toEqual([{ noncurrent_days: 30 }]);
  expect(rules[`${LOGS}_lifecycle`].rule[0]).toMatchObject({
    expiration: [{ days: 7 }],
    noncurrent_version_expiration: [{ noncurrent_days: 7 }],
  });
});

test.each([
  ["secretsBucketNoncurrentDays", SECRETS, LOGS],
  ["secretsLoggingBucketDays", LOGS, SECRETS],
])("at 0 days of %s its bucket keeps everything, and rules of the user's own", (input, forEver, other) => {
  const rules = synthesized({ stackNameSuffix: "", [input]: 0 }).all(LIFECYCLE);
  expect(Object.keys(rules)).toEqual([`${other}_lifecycle`]);
  expect(rules).not.toHaveProperty(`${forEver}_lifecycle`);
});

test("access to secrets is logged, once the log bucket's policy allows it", () => {
  expect(stack.only("aws_s3_bucket_logging")).toMatchObject({
    bucket: `\${aws_s3_bucket.${SECRETS}.id}`,
    target_bucket: `\${aws_s3_bucket.${LOGS}.id}`,
    depends_on: [`aws_s3_bucket_policy.${LOGS}_policy`],
  });
  const { policy } = setting("aws_s3_bucket_policy", "policy", LOGS);
  expect(statement(policy as string, "S3ServerAccessLogsPolicy")).toMatchObject({
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: ["s3:PutObject"],
    Resource: "arn:aws:s3:::buildkite-stack-0a1b2c3d-secrets-logs/secrets-bucket-access-logs/*",
    Condition: {
      ArnLike: { "aws:SourceArn": "arn:aws:s3:::buildkite-stack-0a1b2c3d-secrets" },
      StringEquals: { "aws:SourceAccount": "123456789012" },
    },
  });
});

const policyOf = (it: ReturnType<typeof synthesized>) =>
  it.all("aws_iam_role_policy")["buildkite_agent_policy"].policy as string;

test.each([
  ["the created bucket", {}, "buildkite-stack-0a1b2c3d-secrets"],
  ["a given bucket", { secretsBucket: "our-secrets" }, "our-secrets"],
])("instances may list and read %s and do nothing else on S3", (_, props, name) => {
  const policy = policyOf(synthesized(props));
  expect(statement(policy, "ListSecrets")).toMatchObject({
    Action: ["s3:ListBucket"],
    Resource: [`arn:aws:s3:::${name}`],
  });
  expect(statement(policy, "ReadSecrets")).toMatchObject({
    Action: ["s3:GetObject"],
    Resource: [`arn:aws:s3:::${name}/*`],
  });
  expect(actions(policy).filter((action) => action.startsWith("s3:"))).toEqual(["s3:ListBucket", "s3:GetObject"]);
});

test.each([
  ["a given bucket", { secretsBucket: "our-secrets" }],
  ["no secrets plugin", { enableSecretsPlugin: false }],
])("with %s no bucket is made", (_, props) => {
  expect(synthesized(props).types.filter((type) => type.startsWith("aws_s3_"))).toEqual([]);
});

test("without secrets there is no permission to read any", () => {
  expect(actions(policyOf(synthesized({ enableSecretsPlugin: false }))).filter((it) => it.startsWith("s3:"))).toEqual(
    [],
  );
});

test("without encryption both buckets still allow TLS only", () => {
  const { types, all } = synthesized({ stackNameSuffix: "", secretsBucketEncryption: false });
  expect(types).not.toContain("aws_s3_bucket_server_side_encryption_configuration");
  expect(Object.keys(all("aws_s3_bucket_policy"))).toHaveLength(2);
});

test("without encryption an adopted secrets bucket keeps the policy that it has, whoever gave it", () => {
  const { all } = synthesized({ secretsBucketEncryption: false });
  expect(Object.keys(all("aws_s3_bucket_policy"))).toEqual([`${LOGS}_policy`]);
});

test("upper case in the stack's name is no matter to S3", () => {
  const names = Object.values(synthesized({ stackName: "Team-A" }).all("aws_s3_bucket")).map(
    ({ bucket }: Body) => bucket as string,
  );
  expect(names.sort()).toEqual(["team-a-0a1b2c3d-secrets", "team-a-0a1b2c3d-secrets-logs"]);
});
