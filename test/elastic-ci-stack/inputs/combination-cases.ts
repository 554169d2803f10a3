import { allow, type Allowed, KEY_ARN, NO_TOKEN, ROLE, VPC } from "./case";
import { ROLES } from "./stack-text-cases";

/** Combinations that come close to a rule and keep it. */
export const combinations: readonly Allowed[] = [
  allow("nothing but a token", {}),
  allow("a token path instead of a token", { ...NO_TOKEN, buildkite_agent_token_parameter_store_path: "/ci/token" }),
  allow("one managed policy by ARN and another by key", {
    managed_policy_arns: ["arn:aws:iam::123456789012:policy/ci"],
    managed_policies: { cache: "arn:aws:iam::123456789012:policy/cache" },
  }),
  allow("a group of one size", { min_size: 3, max_size: 3 }),
  allow("a raised minimum above max while schedules are off", { scale_up_min_size: 11 }),
  allow("signal grace below cancel grace", { buildkite_agent_signal_grace_period: 59 }),
  allow("a fractional scale-out factor", { scale_out_factor: 0.5 }),
  allow("a large scale-out factor of Buildkite's scaler", { scale_out_factor: 20 }),
  allow("factors at the limits of the TypeScript scaler", {
    scaler_implementation: "typescript",
    scale_out_factor: 10,
    scaler_scale_in_factor: 10,
  }),
  allow("availability of nothing", { scaler_availability_threshold: 0 }),
  allow("availability of everything", { scaler_availability_threshold: 1 }),
  allow("further groups", {
    scaler_implementation: "typescript",
    scaler_groups: ["deploy=deploy-1a2b3c4d-asg", "über alles=Team/a.b_c@d+e=10"],
  }),
  allow("as many groups as the environment holds", {
    scaler_implementation: "typescript",
    scaler_groups: Array.from({ length: 30 }, (_, i) => `queue-${i + 10}=long-name-of-group${i + 10}`),
  }),
  allow("a mirror of Buildkite's scaler", {
    scaler_lambda_s3_bucket: "mirror",
    scaler_lambda_s3_key: "k",
    scaler_lambda_s3_object_version: "1",
  }),
  allow("several ARM families", {
    instance_types: "a1.large,m7g.large,c6gn.large,im4gn.large,x2gd.large,p6e-gb200.36xlarge",
  }),
  allow("x86 families that look like ARM", {
    instance_types: "g4dn.xlarge,g5.xlarge,g6.xlarge,gr6.4xlarge,c7i-flex.large",
  }),
  allow("Ubuntu with an image", { linux_distribution: "ubuntu2404", image_id: "ami-0123456789abcdef0" }),
  allow("Ubuntu with an image parameter", {
    linux_distribution: "ubuntu2404",
    image_id_parameter: "/ci/image",
    use_image_id_parameter: true,
  }),
  allow("gp3 at its limits", { root_volume_iops: 8000, root_volume_size: 16, root_volume_throughput: 2000 }),
  allow("io1 at its limits", {
    root_volume_type: "io1",
    root_volume_iops: 500,
    root_volume_size: 10,
    root_volume_throughput: 1,
  }),
  allow("a name that begins with a hyphen beside a bucket", { stack_name: "-ci", secrets_bucket: "our-secrets" }),
  allow("an encrypted root volume with a key", { root_volume_kms_key_id: KEY_ARN }),
  allow("an existing VPC", { ...VPC, associate_public_ip_address: false, create_vpc: false }),
  allow("a VPC of other ranges", {
    vpc_cidr_block: "172.31.0.0/20",
    subnet_cidr_blocks: ["172.31.0.0/24", "172.31.15.0/24"],
  }),
  allow(
    "existing roles",
    Object.fromEntries(
      ROLES.flatMap((input) => [
        [input, ROLE],
        [`create_${input.replace("_arn", "")}`, false],
      ]),
    ),
  ),
  allow("an existing secrets bucket", {
    secrets_bucket: "secrets",
    create_secrets_bucket: false,
    secrets_bucket_region: "eu-west-1",
  }),
  allow("signing with an existing key", {
    pipeline_signing_kms_key_id: KEY_ARN,
    pipeline_signing_kms_access: "verify",
  }),
  allow("signing with a key set", {
    pipeline_signing_jwks_parameter_store_path: "/jwks",
    pipeline_signing_jwks_key_id: "k1",
  }),
  allow("tags of the role that are written as elsewhere", {
    tags: { Owner: "platform", CostCenter: "1" },
    enable_cost_allocation_tags: true,
    cost_allocation_tag_name: "CostCenter",
    instance_role_tags: "Owner=ci,Stack=ci,CostCenter=2,team=ci,team=web",
  }),
  allow("a key that is almost that of a cost allocation tag which is off", { tags: { createdby: "me" } }),
  allow("ranges of subnets that are not used", {
    ...VPC,
    subnet_cidr_blocks: ["10.0.0.0/23", "10.0.1.0/24"],
  }),
  allow("tags that only look like a queue", { buildkite_agent_tags: "subqueue=a,os=queue=b" }),
];
