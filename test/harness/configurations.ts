/*
 * Configurations that the end-to-end tests apply, in turns as module and as construct. Values have the variables' names; a text `${…}` refers to
 * something that `surroundings` declares in the same Terraform root, whose value nobody knows before it is applied.
 */

import { type Configuration, disposable, newTemplate, noSecrets, token } from "./configuration";
import { scalingConfigurations } from "./scaling-configurations";

export { type Configuration } from "./configuration";

const vpc = {
  aws_vpc: { existing: { cidr_block: "172.20.0.0/16" } },
  aws_subnet: {
    a: { vpc_id: "${aws_vpc.existing.id}", cidr_block: "172.20.1.0/24", availability_zone: "us-east-1a" },
    b: { vpc_id: "${aws_vpc.existing.id}", cidr_block: "172.20.2.0/24", availability_zone: "us-east-1b" },
  },
};
const inExistingVpc = { vpc_id: "${aws_vpc.existing.id}", subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"] };

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });
const allowing = (action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });
const role = (name: string, service: string) => ({ name, path: "/ci/agents/", assume_role_policy: trust(service) });

export const configurations: readonly Configuration[] = [
  {
    name: "minimal",
    inputs: { ...token, ...disposable },
    counts: {
      aws_vpc: 1,
      aws_subnet: 2,
      aws_vpc_endpoint: 1,
      aws_s3_bucket: 2,
      aws_lambda_function: 3,
      aws_kms_key: 0,
    },
    outputs: { managed_secrets_bucket: /^buildkite-stack-[0-9a-f]{8}-secrets$/, pipeline_signing_kms_key: null },
    change: { inputs: { max_size: 12 }, changes: ["update aws_autoscaling_group"] },
  },
  {
    name: "everything on",
    inputs: {
      ...token,
      ...disposable,
      stack_name: "everything",
      stack_name_suffix: "0a1b2c3d",
      secrets_bucket_noncurrent_days: 30,
      secrets_logging_bucket_days: 30,
      buildkite_queue: "queue $(id) `id` ; & \"quoted\" 'single'",
      buildkite_agent_token_parameter_store_kms_key: "00000000-1111-2222-3333-444444444444",
      buildkite_agent_enable_graceful_shutdown: true,
      buildkite_agent_enable_git_mirrors: true,
      git_mirror_seed_bucket: "git-mirror-seeds-of-ours",
      agent_env_file_url: "ssm:/ci/agent/env",
      bootstrap_script_url: "s3://ci-scripts/bootstrap.sh",
      scaler_enable_elastic_ci_mode: true,
      scaler_event_schedule_jitter: "5s",
      scaler_managed_policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      instance_types: "m5.large, m5a.large",
      instance_name: "agents",
      key_name: "ops",
      ssh_ingress_cidr_blocks: ["10.1.0.0/16", "10.2.0.0/16"],
      vpc_endpoints: ["s3", "dynamodb", "ssm", "ssmmessages", "ecr.api"],
      artifacts_bucket: "artifacts-of-ours",
      ecr_access_policy: "poweruser-pullthrough",
      managed_policy_arns: [
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
      ],
      managed_policies: { cache: "${aws_iam_policy.cache.arn}" },
      instance_role_permissions_boundary_arn: "arn:aws:iam::123456789012:policy/boundary",
      instance_role_tags: "team=ci,cost=42",
      enable_detailed_monitoring: true,
      enable_cost_allocation_tags: true,
      tags: { Owner: "platform", Weird: "a=b + c:d/e@f" },
      enable_scheduled_scaling: true,
      enable_ec2_log_retention_policy: true,
      experimental_enable_resource_limits: true,
      pipeline_signing_kms_key_spec: "ECC_NIST_P256",
      lambda_architecture: "arm64",
      scaler_implementation: "typescript",
    },
    surroundings: {
      aws_iam_policy: { cache: { name: "cache", policy: allowing("s3:GetObject") } },
    },
    counts: {
      aws_vpc_endpoint: 5,
      aws_lambda_function: 3,
      aws_lambda_invocation: 2,
      aws_kms_key: 1,
      aws_autoscaling_schedule: 2,
      aws_iam_role: 4,
      aws_iam_role_policy_attachment: 5,
      aws_vpc_security_group_ingress_rule: 2,
    },
    outputs: {
      auto_scaling_group_name: "everything-0a1b2c3d-asg",
      lifecycle_hook_name: "everything-0a1b2c3d-terminating-hook",
      pipeline_signing_kms_key: /^arn:aws:kms:us-east-1:123456789012:key\//,
    },
    change: { inputs: { scale_up_min_size: 3 }, changes: ["update aws_autoscaling_schedule"] },
  },
  {
    name: "existing VPC",
    inputs: { ...token, ...noSecrets, ...inExistingVpc, security_group_ids: ["${aws_security_group.existing.id}"] },
    moduleOnly: { create_vpc: false },
    surroundings: {
      ...vpc,
      aws_security_group: { existing: { name: "existing", vpc_id: "${aws_vpc.existing.id}" } },
    },
    counts: { aws_internet_gateway: 0, aws_route_table: 0, aws_vpc_endpoint: 0, aws_s3_bucket: 0 },
    outputs: { vpc_id: /^vpc-/, managed_secrets_bucket: null },
    change: { inputs: { root_volume_size: 300 }, changes: newTemplate },
  },
  {
    name: "custom roles",
    inputs: {
      ...token,
      ...noSecrets,
      instance_role_arn: "${aws_iam_role.instances.arn}",
      scaler_lambda_role_arn: "${aws_iam_role.functions.arn}",
      asg_process_suspender_role_arn: "${aws_iam_role.functions.arn}",
      stop_buildkite_agents_role_arn: "${aws_iam_role.functions.arn}",
      buildkite_agent_enable_graceful_shutdown: true,
    },
    moduleOnly: {
      create_instance_role: false,
      create_scaler_lambda_role: false,
      create_asg_process_suspender_role: false,
      create_stop_buildkite_agents_role: false,
    },
    surroundings: {
      aws_iam_role: {
        instances: role("ci-instances", "ec2.amazonaws.com"),
        functions: role("ci-functions", "lambda.amazonaws.com"),
      },
    },
    counts: { aws_iam_role: 0, aws_iam_role_policy: 0, aws_iam_role_policy_attachment: 0, aws_iam_instance_profile: 1 },
    outputs: { instance_role_name: "ci-instances", instance_role_arn: /:role\/ci\/agents\/ci-instances$/ },
    change: {
      // Switching it off leaves the function there, whose input says so: nothing stops the agents.
      inputs: { scale_out_factor: 2, buildkite_agent_enable_graceful_shutdown: false },
      changes: ["update aws_lambda_function", "update aws_lambda_invocation"],
    },
  },
  {
    name: "Windows",
    inputs: { ...token, ...noSecrets, instance_operating_system: "windows", instance_types: "m5.xlarge" },
    counts: { aws_launch_template: 1 },
    outputs: { image_id: "ami-0045afbb662364758" },
    change: { inputs: { buildkite_windows_administrator: false }, changes: newTemplate },
  },
  {
    name: "ARM",
    inputs: { ...token, ...noSecrets, instance_types: "m7g.large,c6gn.large", lambda_architecture: "arm64" },
    counts: { aws_launch_template: 1 },
    outputs: { image_id: "ami-04c91cb4a57575fd8" },
    change: { inputs: { buildkite_agent_release: "beta" }, changes: newTemplate },
  },
  {
    name: "own image and volume key",
    inputs: {
      ...token,
      ...noSecrets,
      image_id: "ami-0123456789abcdef0",
      linux_distribution: "ubuntu2404",
      root_volume_kms_key_id: "00000000-1111-2222-3333-444444444444",
    },
    counts: { aws_launch_template: 1 },
    outputs: { image_id: "ami-0123456789abcdef0" },
    change: { inputs: { root_volume_throughput: 250 }, changes: newTemplate },
  },
  {
    name: "signing with a key of our own",
    inputs: { ...token, ...noSecrets, pipeline_signing_kms_key_spec: "ECC_NIST_P256" },
    counts: { aws_kms_key: 1, aws_kms_alias: 1 },
    outputs: { pipeline_signing_kms_key: /^arn:aws:kms:us-east-1:123456789012:key\// },
    change: { inputs: { pipeline_signing_kms_access: "verify" }, changes: ["update aws_iam_role_policy"] },
  },
  {
    name: "signing with an existing key",
    inputs: { ...token, ...noSecrets, pipeline_signing_kms_key_id: "${aws_kms_key.existing.arn}" },
    surroundings: {
      aws_kms_key: { existing: { customer_master_key_spec: "ECC_NIST_P256", key_usage: "SIGN_VERIFY" } },
    },
    counts: { aws_kms_key: 0, aws_kms_alias: 0 },
    outputs: { pipeline_signing_kms_key: null },
    change: { inputs: { pipeline_signing_verification_failure_behavior: "warn" }, changes: newTemplate },
  },
  {
    name: "existing secrets bucket and token path",
    inputs: {
      secrets_bucket: "${aws_s3_bucket.existing.id}",
      buildkite_agent_token_parameter_store_path: "${aws_ssm_parameter.existing.name}",
    },
    moduleOnly: { create_secrets_bucket: false, create_agent_token_parameter: false },
    surroundings: {
      aws_s3_bucket: { existing: { bucket: "secrets-of-ours" } },
      aws_ssm_parameter: { existing: { name: "/ci/token", type: "SecureString", value_wo: "t", value_wo_version: 1 } },
    },
    counts: { aws_s3_bucket: 0, aws_ssm_parameter: 0, aws_s3_bucket_policy: 0 },
    outputs: { managed_secrets_bucket: null },
    change: { inputs: { buildkite_agent_tags: "os=linux,docker=true" }, changes: newTemplate },
  },
  ...scalingConfigurations,
];
