import { allow, type Given, type Pair, refuse, ROLE } from "./case";

export const lists: readonly Pair[] = [
  [
    "scaler_managed_policy_arns",
    ["ReadOnlyAccess"],
    "be the ARN of a policy",
    ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  ],
  [
    "managed_policy_arns",
    [ROLE],
    "be the ARN of a policy",
    ["arn:aws-cn:iam::123456789012:policy/a", "arn:aws:iam::aws:policy/service-role/b"],
  ],
  ["allowed_pipelines", ["web", "my pipeline"], "be a pipeline's slug or id", ["web", "deploy-[a-z]*"]],
  ["allowed_pipelines", [""], "be a pipeline's slug or id", ["0190a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b"]],
  ["allowed_repositories", ["acme"], "be * or a host and a path", ["*"]],
  [
    "allowed_repositories",
    ["https://github.com"],
    "be * or a host and a path",
    ["https://git@github.com:443/acme/app.git"],
  ],
  ["allowed_repositories", ["github.com/a b"], "be * or a host and a path", ["git@github.com:acme/app.git"]],
  ["allowed_repositories", ["github.com/a\n*"], "be * or a host and a path", ["github.com/acme/*", "*.example.com/*"]],
  ["allowed_branches", ["main", ""], "be a branch", ["main", "refs/tags/v*", "grüße/*"]],
  ["allowed_branches", ["main\n*"], "be a branch", ["release/*"]],
  ["subnet_cidr_blocks", ["10.0.1.0/24"], "have exactly 2 items", ["10.0.3.0/24", "10.0.4.0/28"]],
  [
    "subnet_cidr_blocks",
    ["10.0.1.0/24", "10.0.2.0/29"],
    "be an IPv4 range from /16 to /28",
    ["10.0.0.0/17", "10.0.128.0/17"],
  ],
  ["subnet_cidr_blocks", ["10.0.1.0/24", "10.0.1.0/24"], "have each item once", ["10.0.1.0/25", "10.0.1.128/25"]],
  [
    "vpc_endpoints",
    ["com.amazonaws.us-east-1.s3"],
    "not end in .s3 or .dynamodb: write s3 or dynamodb, which are gateways",
    ["s3", "dynamodb"],
  ],
  [
    "vpc_endpoints",
    ["ssm", "cn.com.amazonaws.cn-north-1.dynamodb"],
    "not end in .s3 or .dynamodb",
    ["com.amazonaws.us-east-1.s3-outposts"],
  ],
  [
    "vpc_endpoints",
    ["dynamo"],
    "be s3, dynamodb, ssm, ssmmessages",
    ["s3", "ecr.api", "com.amazonaws.eu-central-1.sqs", "cn.com.amazonaws.cn-north-1.ssm"],
  ],
  ["security_group_ids", ["default"], "begins with sg-", ["sg-0a1b2c3d"]],
  ["ssh_ingress_cidr_blocks", ["::/0"], "be an IPv4 range", ["203.0.113.0/24", "198.51.100.7/32"]],
  ["ssh_ingress_cidr_blocks", ["203.0.113.0/24", "203.0.113.0/24"], "have each item once", ["0.0.0.0/0", "0.0.0.0/1"]],
  ["tags", { "aws:team": "ci" }, "no key that begins with aws:", { team: "ci", "my aws:x": "" }],
  ["tags", { "AWS:team": "ci" }, "no key that begins with aws:", { équipe: "ci + 1_000 @x" }],
  ["tags", { "": "ci" }, "keys of 1 to 128 characters", { ["x".repeat(128)]: "y".repeat(256) }],
  [
    "tags",
    { "team(a)": "ci" },
    "have keys of only letters, digits, blanks and _.:/=+-@",
    { "名前 a_b.c:d/e=f+g-h@1": "" },
  ],
  [
    "tags",
    { team: "ci, web" },
    "have values of only letters, digits, blanks and _.:/=+-@",
    { team: "日本 _.:/=+-@ 1" },
  ],
  [
    "tags",
    { stack: "prod" },
    "no key that differs from the stack's own tags ManagedBy and Stack only in",
    { Stack: "prod" },
  ],
  [
    "tags",
    { MANAGEDBY: "us" },
    "no key that differs from the stack's own tags",
    { ManagedBy: "us", "my stack": "prod" },
  ],
  [
    "tags",
    { Team: "ci", team: "ci" },
    "no two keys that differ only in upper and lower case",
    { Team: "ci", teams: "ci" },
  ],
  ["tags", { team: "y".repeat(257) }, "values of at most 256 characters", {}],
  [
    "tags",
    Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`k${i + 10}`, "v"])),
    "have at most 40 entries",
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, "v"])),
  ],
];

/** Whole numbers: the least that is allowed, and the most where there is one. */
const RANGES: Readonly<Record<string, readonly [least: number, most?: number]>> = {
  buildkite_agent_token_version: [1],
  buildkite_agent_cancel_grace_period: [1],
  buildkite_agent_signal_grace_period: [-1],
  buildkite_agent_disconnect_after_uptime: [0],
  agents_per_instance: [1],
  scaler_reserved_concurrent_executions: [-1],
  scaler_max_instance_cap: [0],
  scaler_warm_idle_instances: [0],
  scaler_max_dangling_instances: [0],
  scaler_max_activity_pages: [-1],
  min_size: [0],
  instance_buffer: [0],
  scale_in_idle_period: [1],
  scale_out_cooldown_period: [1],
  scale_in_cooldown_period: [1],
  instance_termination_grace_period: [30, 7200],
  scale_up_min_size: [0],
  scale_down_min_size: [0],
  imds_hop_limit: [1, 64],
  on_demand_base_capacity: [0],
  on_demand_percentage: [0, 100],
  root_volume_size: [10],
  root_volume_throughput: [1],
  root_volume_iops: [100, 64000],
  resource_limits_cpu_weight: [1, 10000],
  resource_limits_io_weight: [1, 10000],
};

/** Leaves the limits of volume types, of grace periods and of Buildkite's AgentScaler out of the way of single numbers. */
const NEUTRAL: Given = {
  root_volume_type: "gp2",
  root_volume_size: 10,
  buildkite_agent_cancel_grace_period: 20,
  scaler_implementation: "typescript",
};

export const ranges = Object.entries(RANGES).map(([input, [least, most]]) => ({
  refused: [
    refuse(`${input} below ${least}`, { ...NEUTRAL, [input]: least - 1 }, `{${input}} is ${least - 1}, but it must be`),
    refuse(
      `${input} with a fraction`,
      { ...NEUTRAL, [input]: least + 0.5 },
      `{${input}} is ${least + 0.5}, but it must be a whole number`,
    ),
    ...(most
      ? [
          refuse(
            `${input} above ${most}`,
            { ...NEUTRAL, [input]: most + 1 },
            `{${input}} is ${most + 1}, but it must be from`,
          ),
        ]
      : []),
  ],
  allowed: [
    allow(`${input} of ${least}`, { ...NEUTRAL, [input]: least }),
    ...(most ? [allow(`${input} of ${most}`, { ...NEUTRAL, [input]: most })] : []),
  ],
}));

const CHOICES: readonly (readonly [input: string, wrong: unknown, ...allowed: unknown[]])[] = [
  ["buildkite_agent_release", "Stable", "stable", "beta", "edge", "oldstable"],
  ["buildkite_agent_tracing_backend", "none", "", "datadog", "opentelemetry"],
  ["scaler_implementation", "python", "buildkite", "typescript"],
  ["instance_operating_system", "macos", "linux", "windows"],
  ["linux_distribution", "debian", "amazonlinux2023"],
  ["cpu_credits", "", "standard", "unlimited"],
  ["imdsv2_tokens", "yes", "required", "optional"],
  [
    "spot_allocation_strategy",
    "cheapest",
    "capacity-optimized",
    "price-capacity-optimized",
    "lowest-price",
    "capacity-optimized-prioritized",
  ],
  ["root_volume_type", "gp4", "gp2", "gp3", "io1", "io2"],
  ["artifacts_s3_acl", "secret", "private", "public-read", "bucket-owner-full-control"],
  ["docker_networking_protocol", "ipv6", "ipv4", "dualstack"],
  [
    "ecr_access_policy",
    "push",
    "none",
    "readonly",
    "readonly-pullthrough",
    "poweruser",
    "poweruser-pullthrough",
    "full",
  ],
  ["pipeline_signing_kms_key_spec", "RSA_2048", "none", "ECC_NIST_P256"],
  ["pipeline_signing_kms_access", "sign", "sign-and-verify", "verify"],
  ["pipeline_signing_verification_failure_behavior", "ignore", "block", "warn"],
  ["ec2_log_retention_days", 2, 1, 3653],
  ["lambda_log_retention_days", 0, 1, 3653],
  ["lambda_architecture", "riscv", "x86_64", "arm64"],
];

export const choices = CHOICES.map(([input, wrong, ...rest]) => ({
  refused: refuse(
    `${input} ${JSON.stringify(wrong)}`,
    { [input]: wrong },
    `{${input}} is ${JSON.stringify(wrong)}, but it must be one of`,
  ),
  allowed: rest.map((right) => allow(`${input} ${JSON.stringify(right)}`, { [input]: right })),
}));
