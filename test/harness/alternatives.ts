/* For every input another content than its default, with the company that it needs to be allowed and to matter. */
import { another } from "./contents";
import { type InputName, table } from "../../src/elastic-ci-stack/inputs/table";

export type Given = Readonly<Partial<Record<InputName, unknown>>>;

export interface Alternative {
  readonly content: unknown;
  /** Given beside it, and in what it is compared with. */
  readonly company: Given;
}

const TOKEN: Given = { buildkite_agent_token: "token" };
const ROLE = "arn:aws:iam::123456789012:role/team/agents";
const POLICY = "arn:aws:iam::123456789012:policy/boundary";
const KEY = "1234abcd-12ab-34cd-56ef-1234567890ab";

/** What cannot be found by trying the input's own limits, or goes together with the others. */
const contents: Given = {
  stack_name: "builders",
  stack_name_suffix: "0a1b2c3d",
  buildkite_agent_token: "another-token",
  buildkite_agent_token_parameter_store_path: "/ci/token",
  buildkite_agent_token_parameter_store_kms_key: KEY,
  buildkite_queue: "builders",
  agent_endpoint: "https://agent.example.com/v3",
  buildkite_agent_tags: "os=linux,docker=true",
  buildkite_agent_experiments: "agent-api",
  git_mirror_seed_bucket: "mirror-seeds",
  allowed_pipelines: ["web", "deploy-*"],
  allowed_repositories: ["github.com/acme/*"],
  allowed_branches: ["main", "refs/tags/v*"],
  allowed_plugins: ["github.com/buildkite-plugins/*"],
  agent_env_file_url: "ssm:/ci/agent",
  scaler_event_schedule_period: "2 minutes",
  scaler_min_poll_interval: "15s",
  scaler_event_schedule_jitter: "5s",
  scaler_availability_threshold: 0.25,
  scaler_groups: ["deploy=deploy-asg", "uploads=uploads-asg=10"],
  scaler_dangling_check_minimum_uptime: "30m",
  scaler_activity_timeout: "20s",
  scaler_lambda_s3_bucket: "scaler-mirror",
  scaler_lambda_s3_key: "scaler/handler.zip",
  scaler_lambda_s3_object_version: "version-1",
  lambda_bucket: "function-packages",
  scaler_managed_policy_arns: [POLICY],
  instance_creation_timeout: "PT15M",
  schedule_timezone: "Europe/Berlin",
  scale_up_schedule: "0 7 * * MON-FRI",
  scale_down_schedule: "0 19 * * MON-FRI",
  instance_types: "m7g.large, c7g.large",
  instance_name: "agents",
  image_id: "ami-0123456789abcdef0",
  image_id_parameter: "/ci/image",
  root_volume_name: "/dev/xvdb",
  root_volume_kms_key_id: KEY,
  secrets_bucket: "our-secrets",
  secrets_bucket_region: "eu-west-1",
  artifacts_bucket: "our-artifacts",
  artifacts_bucket_region: "eu-west-1",
  vpc_id: "vpc-9a8b7c6d",
  subnets: ["subnet-9a8b7c6d", "subnet-8a7b6c5d"],
  availability_zones: "us-east-1d,us-east-1e",
  vpc_cidr_block: "10.0.0.0/17",
  subnet_cidr_blocks: ["10.0.3.0/24", "10.0.4.0/24"],
  vpc_endpoints: ["s3", "ssm", "com.amazonaws.us-east-1.sqs"],
  security_group_ids: ["sg-0a1b2c3d"],
  ssh_ingress_cidr_blocks: ["10.9.0.0/16"],
  key_name: "operators",
  authorized_users_url: "https://example.com/authorized_keys",
  instance_role_arn: ROLE,
  instance_role_name: "agents",
  instance_profile_name: "agents-profile",
  instance_role_permissions_boundary_arn: POLICY,
  instance_role_tags: "team=ci, team=platform",
  scaler_lambda_role_arn: ROLE,
  asg_process_suspender_role_arn: ROLE,
  stop_buildkite_agents_role_arn: ROLE,
  managed_policy_arns: [POLICY],
  managed_policies: { own: "arn:aws:iam::123456789012:policy/own" },
  docker_prune_until: "8h",
  docker_ipv4_address_pool_1: "172.16.0.0/12",
  docker_ipv4_address_pool_2: "10.200.0.0/16",
  docker_ipv6_address_pool: "2001:db8:3::/104",
  docker_fixed_cidr_v4: "172.17.1.0/24",
  docker_fixed_cidr_v6: "2001:db8:4::/64",
  buildkite_additional_sudo_permissions: "/usr/bin/true",
  bootstrap_script_url: "s3://our-scripts/boot.sh",
  extra_user_data: [
    { content_type: "text/x-shellscript", content: "#!/bin/sh\necho Größe ${x}\n", before: true },
    { content_type: "text/cloud-config", content: "#cloud-config\nwrite_files: []\n" },
  ],
  resource_limits_memory_high: "80%",
  resource_limits_memory_max: "4G",
  resource_limits_memory_swap_max: "10%",
  resource_limits_cpu_quota: "200%",
  pipeline_signing_kms_key_id: KEY,
  pipeline_signing_jwks_parameter_store_path: "/ci/signing",
  pipeline_signing_jwks_key_id: "key-1",
  pipeline_verification_jwks_parameter_store_path: "/ci/verification",
  cost_allocation_tag_name: "CostCenter",
  cost_allocation_tag_value: "ci 1.000:5 Größe",
  tags: { Owner: "Zoë", "10": "ten", "9": "a:nine = @9/+" },
  scale_in_idle_period: 60,
  scale_out_factor: 0.5,
  min_size: 2,
  instance_termination_grace_period: 1800,
  imds_hop_limit: 2,
  instance_boot_timeout: 1200,
  root_volume_iops: 4000,
  on_demand_percentage: 30,
};

const vpc: Given = { vpc_id: "vpc-0a1b2c3d", subnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"] };

/** What an input needs beside it, its own content included where the default would not be allowed there. */
const companies: Readonly<Partial<Record<InputName, Given>>> = {
  keep_original_rights: { stack_name_suffix: "0a1b2c3d" },
  create_agent_token_parameter: { buildkite_agent_token_parameter_store_path: "/ci/token" },
  git_mirror_seed_bucket: { buildkite_agent_enable_git_mirrors: true },
  scaler_warm_idle_instances: { scaler_implementation: "typescript" },
  scaler_groups: { scaler_implementation: "typescript" },
  schedule_timezone: { enable_scheduled_scaling: true },
  scale_up_schedule: { enable_scheduled_scaling: true },
  scale_up_min_size: { enable_scheduled_scaling: true },
  scale_down_schedule: { enable_scheduled_scaling: true },
  scale_down_min_size: { enable_scheduled_scaling: true },
  linux_distribution: { image_id: "ami-0123456789abcdef0" },
  use_image_id_parameter: { image_id_parameter: "/ci/image" },
  root_volume_type: { root_volume_iops: 3000 },
  create_secrets_bucket: { secrets_bucket: "our-secrets" },
  secrets_bucket_region: { secrets_bucket: "our-secrets" },
  artifacts_bucket_region: { artifacts_bucket: "our-artifacts" },
  vpc_id: vpc,
  subnets: vpc,
  create_vpc: vpc,
  associate_public_ip_address: vpc,
  create_instance_role: { instance_role_arn: ROLE },
  create_scaler_lambda_role: { scaler_lambda_role_arn: ROLE },
  create_asg_process_suspender_role: { asg_process_suspender_role_arn: ROLE },
  create_stop_buildkite_agents_role: { stop_buildkite_agents_role_arn: ROLE },
  buildkite_windows_administrator: { instance_operating_system: "windows" },
  pipeline_signing_kms_access: { pipeline_signing_kms_key_spec: "ECC_NIST_P256" },
  cost_allocation_tag_name: { enable_cost_allocation_tags: true },
  cost_allocation_tag_value: { enable_cost_allocation_tags: true },
};

export function alternative(input: InputName): Alternative {
  const company = { ...TOKEN, ...companies[input] };
  const content = input in contents ? contents[input] : another(input);
  if (content === undefined) throw new Error(`${input}: give it another content than its default, in alternatives.ts`);
  return { content, company };
}

/** Inputs that name things which the stack would make otherwise, or say how to find them. */
const given: readonly InputName[] = [
  ...table.names.filter((input) => input.endsWith("_role_arn")),
  ...table.names.filter((input) => input.startsWith("create_") && input !== "create_vpc"),
  ...(["vpc_id", "subnets", "create_vpc", "security_group_ids", "associate_public_ip_address"] as const),
  ...([
    "secrets_bucket",
    "secrets_bucket_region",
    "buildkite_agent_token_parameter_store_path",
    "image_id_parameter",
  ] as const),
  ...(["use_image_id_parameter", "pipeline_signing_kms_key_id", "lambda_bucket"] as const),
  ...(["scaler_lambda_s3_bucket", "scaler_lambda_s3_key", "scaler_lambda_s3_object_version"] as const),
];
/** They exclude others at their alternatives, take their objects away, or need a newer AWS provider. */
const apart: readonly InputName[] = [
  "scaler_enabled",
  "instance_operating_system",
  "enable_nested_virtualization",
  "root_volume_kms_key_id",
  "pipeline_signing_jwks_parameter_store_path",
  "pipeline_signing_kms_key_spec",
];

/** All of them at once: whatever is made, every setting of it different from its default. */
export const everythingElse: Given = together(table.names.filter((input) => ![...given, ...apart].includes(input)));
/** All of them at once: whatever can be given. */
export const everythingGiven: Given = together(given);

function together(inputs: readonly InputName[]): Given {
  return { ...TOKEN, ...Object.fromEntries(inputs.map((input) => [input, alternative(input).content])) };
}
