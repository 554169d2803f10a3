/*
 * Limits of texts. Every pattern means the same in JavaScript and in Terraform's RE2: no lookaround, no flags,
 * no `.` and no `\s`, whose meanings differ, and no repetition above 1000.
 */
import { firstPart, length, matches } from "../../value/text";
import { and, gte, not } from "../../value/value";
import { type Check, pattern } from "../check";

const PARTITION = "aws(-[a-z]+)*";

/** Text that a line-based file can hold: the agent's configuration, a sudoers entry, an environment file. */
export function oneLine(): Check<string> {
  return pattern(/^[^\x00-\x1f\x7f]*$/, "have no line break or other control character");
}

export function stackName(): Check<string> {
  return pattern(/^[a-zA-Z0-9-]+$/, "have only letters, digits and hyphens, such as builders-1");
}

export function roleArn(): Check<string> {
  return pattern(
    new RegExp(`^arn:${PARTITION}:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$`),
    "be the ARN of a role, such as arn:aws:iam::123456789012:role/ci",
  );
}

export function policyArn(): Check<string> {
  return pattern(
    new RegExp(`^arn:${PARTITION}:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$`),
    "be the ARN of a policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess",
  );
}

export function roleName(): Check<string> {
  return pattern(/^[A-Za-z0-9_+=,.@-]{1,64}$/, "have 1 to 64 letters, digits and _+=,.@-");
}

export function profileName(): Check<string> {
  return pattern(/^[A-Za-z0-9_+=,.@-]{1,128}$/, "have 1 to 128 letters, digits and _+=,.@-");
}

export function kmsKey(): Check<string> {
  const alias = "alias/[A-Za-z0-9/_-]+";
  return pattern(
    new RegExp(`^([A-Za-z0-9-]+|${alias}|arn:${PARTITION}:kms:[a-z0-9-]+:[0-9]{12}:(key/[A-Za-z0-9-]+|${alias}))$`),
    "be the id, the ARN or an alias of a KMS key; an alias begins with alias/",
  );
}

export function parameterPath(): Check<string> {
  return pattern(/^\/[a-zA-Z0-9_./-]+$/, "be the path of an SSM parameter, such as /buildkite/signing-key");
}

export function tokenParameter(): Check<string> {
  const arn = `arn:${PARTITION}:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[a-zA-Z0-9_./-]+`;
  const secret = "/aws/reference/secretsmanager/[A-Za-z0-9/_+=.@-]+";
  return pattern(
    new RegExp(`^(/[a-zA-Z0-9_./-]+|${secret}|${arn})$`),
    "be the path of an SSM parameter, the ARN of one, or /aws/reference/secretsmanager/ and a secret's name",
  );
}

/** Name of a parameter as `GetParameter` takes it; AWS's own public ones included. */
export function parameterName(): Check<string> {
  return pattern(/^[a-zA-Z0-9_./:-]+$/, "be the name, path or ARN of an SSM parameter, such as /ci/image-id");
}

export function region(): Check<string> {
  return pattern(/^[a-z]+(-[a-z]+)+-[0-9]+$/, "be the name of an AWS region, such as eu-central-1");
}

const LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

export function bucketName(): Check<string> {
  const labels = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
  return {
    holds: (name) =>
      and(
        matches(labels, name),
        gte(length(name), 3),
        gte(63, length(name)),
        not(matches(/^[0-9]+(\.[0-9]+){3}$/, name)),
      ),
    must: "be a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, not shaped like an IP address",
  };
}

/** A bucket, or a bucket and a prefix in it. */
export function bucketAndPrefix(): Check<string> {
  const { holds, must } = bucketName();
  return {
    holds: (place) => and(holds(firstPart("/", place)), matches(/^[^\/]+(\/[A-Za-z0-9_.:+=@-]+)*$/, place)),
    must: `${must}; a prefix of letters, digits and _.:+=@- may follow after a slash`,
  };
}

/** Id of an AWS resource, such as vpc-0a1b2c3d. */
export function resourceId(prefix: string): Check<string> {
  return pattern(new RegExp(`^${prefix}-[0-9a-z]+$`), `be an id that begins with ${prefix}-`);
}

export function imageId(): Check<string> {
  return pattern(
    /^(ami-[0-9a-f]{8,17}|resolve:ssm:[a-zA-Z0-9_.\/:-]+)$/,
    "be the id of an AMI, such as ami-0123456789abcdef0",
  );
}

/** The instance downloads by these schemes only; a blank or a quote would break the line that the URL is written into. */
export function url(...schemes: readonly string[]): Check<string> {
  return pattern(
    new RegExp(`^(${schemes.join("|")})[^ \\t\\r\\n"]+$`),
    `begin with ${schemes.join(" or ")} and have neither blanks nor double quotes`,
  );
}

/** For text that the published image pastes into a shell script. */
export function noShellQuoting(): Check<string> {
  return pattern(/^[^"'`$\\]*$/, "have no quote, backtick, dollar sign or backslash");
}
