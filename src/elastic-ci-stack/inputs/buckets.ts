import { emptyOr } from "../../schema/check";
import { bucketName, region } from "../../schema/formats/texts";
import { choice, flag, text } from "../../schema/row";

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
  artifacts_bucket: text({
    default: "",
    env: "BUILDKITE_ARTIFACTS_BUCKET",
    imageKind: "bucket",
    about:
      "Existing bucket for artifacts, which the instance role may then read and write. " +
      "Uploads go there only if the agent's environment file sets BUILDKITE_ARTIFACT_UPLOAD_DESTINATION.",
    checks: [emptyOr(bucketName())],
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
