import { type Inputs, policy } from "./inputs";

/** A stack of Buildkite's own module, and what its user says in addition when moving over. */
export interface Adoption {
  readonly original: Inputs;
  readonly adopted: Inputs;
}

const token = { buildkite_agent_token: "token-of-the-original" };
const noSecrets = { enable_secrets_plugin: false };
const graceful = { buildkite_agent_enable_graceful_shutdown: true };
const bought = { vpc_id: "${aws_vpc.existing.id}", subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"] };
const inExistingVpc = { ...bought, ...noSecrets };
const endpoints = { vpc_endpoints: ["s3", "ssm", "ssmmessages", "ec2messages"] };

function role(name: string, Service: string) {
  const trust = policy({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service } });
  return { name, path: "/ci/", assume_role_policy: trust };
}

/** What the stacks' users have beside them. */
export const surroundings = {
  aws_vpc: { existing: { cidr_block: "172.20.0.0/16" } },
  aws_subnet: {
    a: { vpc_id: "${aws_vpc.existing.id}", cidr_block: "172.20.1.0/24", availability_zone: "us-east-1a" },
    b: { vpc_id: "${aws_vpc.existing.id}", cidr_block: "172.20.2.0/24", availability_zone: "us-east-1b" },
  },
  aws_security_group: { existing: { name: "existing", vpc_id: "${aws_vpc.existing.id}" } },
  aws_iam_role: {
    instances: role("ci-instances", "ec2.amazonaws.com"),
    functions: role("ci-functions", "lambda.amazonaws.com"),
  },
  aws_s3_bucket: { existing: { bucket: "secrets-of-ours" } },
  aws_ssm_parameter: { existing: { name: "/ci/token", type: "SecureString", value_wo: "t", value_wo_version: 1 } },
};

/** By the name of the stack. */
export const adoptions: Readonly<Record<string, Adoption>> = {
  defaults: { original: token, adopted: {} },
  "open-port": { original: { ...token, ...noSecrets, key_name: "ops" }, adopted: endpoints },
  "kept-open": {
    original: { ...token, ...inExistingVpc, key_name: "ops" },
    adopted: { ssh_ingress_cidr_blocks: ["0.0.0.0/0"] },
  },
  "existing-group": {
    original: { ...token, ...inExistingVpc, security_group_ids: ["${aws_security_group.existing.id}"] },
    adopted: {},
  },
  "existing-roles": {
    original: {
      ...token,
      ...inExistingVpc,
      ...graceful,
      instance_role_arn: "${aws_iam_role.instances.arn}",
      scaler_lambda_role_arn: "${aws_iam_role.functions.arn}",
      asg_process_suspender_role_arn: "${aws_iam_role.functions.arn}",
      stop_buildkite_agents_role_arn: "${aws_iam_role.functions.arn}",
    },
    adopted: {},
  },
  signing: {
    original: {
      ...token,
      ...inExistingVpc,
      pipeline_signing_kms_key_spec: "ECC_NIST_P256",
      min_size: 0,
      max_size: 0,
    },
    adopted: {},
  },
  scheduled: { original: { ...token, ...inExistingVpc, enable_scheduled_scaling: true }, adopted: {} },
  elastic: { original: { ...token, ...inExistingVpc, ...graceful, scaler_enable_elastic_ci_mode: true }, adopted: {} },
  "existing-bucket": { original: { ...token, ...bought, secrets_bucket: "${aws_s3_bucket.existing.id}" }, adopted: {} },
  "own-token": {
    original: { ...inExistingVpc, buildkite_agent_token_parameter_store_path: "${aws_ssm_parameter.existing.name}" },
    adopted: {},
  },
  policies: {
    original: {
      ...token,
      ...bought,
      secrets_bucket_encryption: true,
      ecr_access_policy: "readonly-pullthrough",
      managed_policy_arns: ["arn:aws:iam::aws:policy/AmazonSQSFullAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
      instance_role_name: "agents",
      instance_profile_name: "agents",
      instance_role_permissions_boundary_arn: "arn:aws:iam::123456789012:policy/boundary",
    },
    adopted: {},
  },
  // The longest name that the original takes, for all that is cut off at the end of names.
  "windows-with-as-long-a-name-as": {
    original: {
      ...token,
      ...inExistingVpc,
      ...graceful,
      instance_operating_system: "windows",
      instance_types: "m5.xlarge",
    },
    adopted: {},
  },
};
