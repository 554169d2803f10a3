import { type Given, NO_TOKEN, refuse, type Refused, VPC } from "./case";
import { wrongPolicies } from "./policy-rule-cases";
import { wrongScalers } from "./scaler-rule-cases";
import { wrongUserData } from "./user-data-cases";

const FLAGS: readonly (readonly [flag: string, input: string, given: Given])[] = [
  ["create_vpc", "vpc_id", { subnets: VPC["subnets"] }],
  ["create_secrets_bucket", "secrets_bucket", {}],
  ["create_instance_role", "instance_role_arn", {}],
  ["create_scaler_lambda_role", "scaler_lambda_role_arn", {}],
  ["create_asg_process_suspender_role", "asg_process_suspender_role_arn", {}],
  ["create_stop_buildkite_agents_role", "stop_buildkite_agents_role_arn", {}],
  ["create_agent_token_parameter", "buildkite_agent_token_parameter_store_path", {}],
];

const flags = FLAGS.map(([flag, input, given]) =>
  refuse(`${flag} false without ${input}`, { ...given, [flag]: false }, `{${flag}} is false, but {${input}} is empty`),
);

const scaling: readonly Refused[] = [
  refuse(
    "min above max",
    { min_size: 5, max_size: 2 },
    "{min_size} is 5, but {max_size} is 2. Lower {min_size} or raise {max_size}.",
  ),
  refuse(
    "max below 0",
    { max_size: -1 },
    "{max_size} is -1, but it must be at least 0",
    "{min_size} is 0, but {max_size} is -1",
  ),
  refuse("max with a fraction", { max_size: 1.5 }, "{max_size} is 1.5, but it must be a whole number"),
  refuse("negative scale-out factor", { scale_out_factor: -1 }, "{scale_out_factor} is -1, but it must be above 0"),
  refuse(
    "no idle period",
    { scale_in_idle_period: 0 },
    "{scale_in_idle_period} is 0, but it must be at least 1: 0 would keep idle instances for ever",
  ),
  refuse(
    "raised minimum above max",
    { enable_scheduled_scaling: true, scale_up_min_size: 11 },
    "{scale_up_min_size} is 11, but {max_size} is 10",
  ),
  refuse(
    "lowered minimum above max",
    { enable_scheduled_scaling: true, scale_down_min_size: 11 },
    "{scale_down_min_size} is 11, but {max_size} is 10",
  ),
  refuse(
    "signal grace not below cancel grace",
    { buildkite_agent_signal_grace_period: 60 },
    "{buildkite_agent_signal_grace_period} is 60, but {buildkite_agent_cancel_grace_period} is 60",
  ),
  refuse(
    "cancel grace not below termination grace",
    { buildkite_agent_cancel_grace_period: 3600 },
    "{instance_termination_grace_period} is 3600, but {buildkite_agent_cancel_grace_period} is 3600",
  ),
];

const instances: readonly Refused[] = [
  refuse(
    "ARM and x86 mixed",
    { instance_types: "t3.large,m7g.large" },
    '{instance_types} is "t3.large,m7g.large", which mixes ARM and x86',
  ),
  refuse("ARM second, after a blank", { instance_types: "g5.xlarge, g5g.xlarge" }, "which mixes ARM and x86"),
  refuse("Grace Blackwell with x86", { instance_types: "p6e-gb200.36xlarge,p5.48xlarge" }, "which mixes ARM and x86"),
  refuse(
    "Windows on ARM",
    { instance_operating_system: "windows", instance_types: "c6gn.large,a1.large" },
    '{instance_operating_system} is "windows", but {instance_types} is "c6gn.large,a1.large"',
  ),
  refuse(
    "Ubuntu without an image",
    { linux_distribution: "ubuntu2404" },
    '{linux_distribution} is "ubuntu2404", for which no image',
  ),
  refuse(
    "image parameter promised but missing",
    { use_image_id_parameter: true },
    "{use_image_id_parameter} is true, but {image_id_parameter} is empty",
  ),
  refuse("st1 as root", { root_volume_type: "st1" }, '{root_volume_type} is "st1", which EC2 cannot boot from'),
  refuse("sc1 as root", { root_volume_type: "sc1" }, '{root_volume_type} is "sc1", which EC2 cannot boot from'),
  refuse(
    "too few IOPS for gp3",
    { root_volume_iops: 1000 },
    "{root_volume_iops} is 1000, but a volume of type gp3 has at least 3000",
  ),
  refuse(
    "too many IOPS for a small gp3",
    { root_volume_iops: 5001, root_volume_size: 10 },
    "{root_volume_iops} is 5001, but {root_volume_size} is 10. A volume of type gp3 takes at most 500",
  ),
  refuse(
    "too many IOPS for a small io1",
    { root_volume_type: "io1", root_volume_iops: 501, root_volume_size: 10 },
    "A volume of type io1 takes at most 50",
  ),
  refuse(
    "too many IOPS for a small io2",
    { root_volume_type: "io2", root_volume_iops: 10001, root_volume_size: 10 },
    "A volume of type io2 takes at most 1000",
  ),
  refuse(
    "too little throughput for gp3",
    { root_volume_throughput: 124 },
    "{root_volume_throughput} is 124, but a volume of type gp3 has 125 to 2000",
  ),
  refuse(
    "too much throughput for gp3",
    { root_volume_throughput: 2001, root_volume_iops: 16000 },
    "{root_volume_throughput} is 2001, but a volume of type gp3 has 125 to 2000",
  ),
  refuse(
    "throughput without its IOPS",
    { root_volume_throughput: 751 },
    "{root_volume_throughput} is 751, but {root_volume_iops} is 3000",
  ),
  ...wrongUserData,
  ...["allowed_pipelines", "allowed_repositories", "allowed_branches", "allowed_plugins"].map((input) =>
    refuse(
      `${input} on Windows`,
      { instance_operating_system: "windows", [input]: ["*"] },
      `{${input}} is ["*"], but {instance_operating_system} is "windows", where agents do not check their jobs`,
    ),
  ),
  refuse(
    "allowed_pull_requests on Windows",
    { instance_operating_system: "windows", allowed_pull_requests: "none" },
    '{allowed_pull_requests} is "none", but {instance_operating_system} is "windows", where agents do not check their jobs',
  ),
  refuse(
    "key of a volume that is not encrypted",
    { root_volume_encrypted: false, root_volume_kms_key_id: "1234abcd" },
    '{root_volume_kms_key_id} is "1234abcd", but {root_volume_encrypted} is false',
  ),
];

const network: readonly Refused[] = [
  refuse(
    "VPC without subnets",
    { vpc_id: "vpc-1" },
    '{vpc_id} is "vpc-1", but {subnets} is []. An existing VPC needs at least 2',
  ),
  refuse(
    "VPC with one subnet",
    { vpc_id: "vpc-1", subnets: ["subnet-1"] },
    '{subnets} is ["subnet-1"], but it must be empty or have at least 2 items',
    '{vpc_id} is "vpc-1", but {subnets} is ["subnet-1"]',
  ),
  refuse("subnets without their VPC", { subnets: VPC["subnets"] }, "but {vpc_id} is empty"),
  refuse(
    "something else as a VPC",
    { ...VPC, vpc_id: "my-vpc" },
    '{vpc_id} is "my-vpc", but it must be empty or be an id that begins with vpc-',
  ),
  refuse(
    "something else as a subnet",
    { ...VPC, subnets: ["a", "b"] },
    '{subnets} is ["a","b"], but it must in each item be an id that begins with subnet-',
  ),
  refuse(
    "no public addresses in the created VPC",
    { associate_public_ip_address: false },
    "{associate_public_ip_address} is false, but the created VPC has no NAT",
  ),
  refuse(
    "subnet outside of the created VPC",
    { subnet_cidr_blocks: ["10.0.1.0/24", "10.1.0.0/24"] },
    '{subnet_cidr_blocks} is ["10.0.1.0/24","10.1.0.0/24"], but {vpc_cidr_block} is "10.0.0.0/16"',
  ),
  refuse(
    "subnet larger than the created VPC",
    { vpc_cidr_block: "10.0.0.0/20", subnet_cidr_blocks: ["10.0.0.0/19", "10.0.32.0/24"] },
    "{subnet_cidr_blocks} is",
  ),
  ...[
    ["10.0.0.0/23", "10.0.1.0/24"],
    ["10.0.1.0/24", "10.0.0.0/23"],
    ["10.0.1.0/24", "10.0.1.7/24"],
  ].map((ranges) =>
    refuse(
      `subnets ${ranges.join(" and ")}`,
      { subnet_cidr_blocks: ranges },
      `{subnet_cidr_blocks} is ${JSON.stringify(ranges)}, which overlap`,
    ),
  ),
];

const access: readonly Refused[] = [
  refuse(
    "token and its path both missing",
    NO_TOKEN,
    "{buildkite_agent_token} and {buildkite_agent_token_parameter_store_path} are both empty",
  ),
  refuse(
    "line break in the token",
    { buildkite_agent_token: "se\ncret" },
    "{buildkite_agent_token} is not shown, but it must have no line break",
  ),
  refuse(
    "queue among the tags",
    { buildkite_agent_tags: "os=linux, queue=deploy" },
    '{buildkite_agent_tags} is "os=linux, queue=deploy", which names a queue',
  ),
  refuse(
    "a name that a bucket cannot begin with",
    { stack_name: "-ci" },
    '{stack_name} is "-ci", with which the name of the secrets bucket would begin with a hyphen',
  ),
  refuse(
    "signing with KMS and with a key set",
    { pipeline_signing_kms_key_spec: "ECC_NIST_P256", pipeline_signing_jwks_parameter_store_path: "/jwks" },
    '{pipeline_signing_jwks_parameter_store_path} is "/jwks", but {pipeline_signing_kms_key_id} is ""',
  ),
];

const COST: Given = { enable_cost_allocation_tags: true, cost_allocation_tag_name: "CostCenter" };

const tags: readonly Refused[] = [
  refuse(
    "a key that is almost the cost allocation tag's",
    { ...COST, tags: { costcenter: "1" } },
    '{tags} is {"costcenter":"1"}, but {cost_allocation_tag_name} is "CostCenter". They differ only in upper and lower case',
  ),
  ...["team=ci,Team=web", "owner=ci", "stack=ci", "COSTCENTER=1"].map((pairs) =>
    refuse(
      `instance_role_tags ${pairs}`,
      { ...COST, tags: { Owner: "platform" }, instance_role_tags: pairs },
      `{instance_role_tags} is "${pairs}", which has a key that differs only in upper and lower case from another one`,
    ),
  ),
];

export const brokenRules: readonly Refused[] = [
  ...scaling,
  ...wrongPolicies,
  ...wrongScalers,
  ...instances,
  ...network,
  ...access,
  ...tags,
  ...flags,
];
