import { atLeast, emptyOr, whole } from "../../schema/check";
import { bucketAndPrefix, bucketName, region } from "../../schema/formats/texts";
import { choice, flag, number, text } from "../../schema/row";

export const buckets = {
  secrets_bucket: text({
    default: "",
    about:
      "Existing bucket with the pipelines' secrets. Empty: one is created, with an access-log bucket, where enable_secrets_plugin is on.",
    checks: [emptyOr(bucketName())],
  }),
  create_secrets_bucket: flag({
    default: true,
    about: "False says that secrets_bucket is given although Terraform does not know its value before apply.",
  }),
  secrets_bucket_region: text({
    default: "",
    about: "Region of that existing bucket. Empty: the instance looks it up.",
    checks: [emptyOr(region())],
  }),
  secrets_bucket_encryption: flag({
    default: true,
    about: "Whether the created buckets name their default encryption (AES256). S3 encrypts at rest either way.",
  }),
  secrets_bucket_force_destroy: flag({
    default: false,
    about:
      "Whether destroying the stack also deletes what is in the created secrets bucket and its log bucket. False makes destroy stop at a bucket that is not empty.",
  }),
  secrets_bucket_noncurrent_days: number({
    default: -1,
    about:
      "Days that the created secrets bucket keeps replaced and deleted versions of secrets. 0: for ever. " +
      "-1: 90, but for ever where stack_name_suffix is given, for then the bucket may be older than this module.",
    checks: [atLeast(-1), whole()],
  }),
  secrets_logging_bucket_days: number({
    default: -1,
    about:
      "Days that the created log bucket keeps access logs. 0: for ever. " +
      "-1: 90, but for ever where stack_name_suffix is given, for then the bucket may be older than this module.",
    checks: [atLeast(-1), whole()],
  }),
  artifacts_bucket: text({
    default: "",
    env: "BUILDKITE_ARTIFACTS_BUCKET",
    imageKind: "word",
    about:
      "Existing bucket for artifacts, or a bucket, a slash and a prefix, which the instance role may then read and write. " +
      "Uploads go there only if the agent's environment file sets BUILDKITE_ARTIFACT_UPLOAD_DESTINATION.",
    checks: [emptyOr(bucketAndPrefix())],
  }),
  artifacts_bucket_region: text({
    default: "",
    about: "Region of the artifacts bucket. Empty: the stack's region.",
    checks: [emptyOr(region())],
  }),
  artifacts_s3_acl: choice(
    [
      "private",
      "public-read",
      "public-read-write",
      "authenticated-read",
      "aws-exec-read",
      "bucket-owner-read",
      "bucket-owner-full-control",
    ],
    { default: "private", env: "BUILDKITE_S3_ACL", about: "Canned ACL of artifacts that agents upload to S3." },
  ),
};
