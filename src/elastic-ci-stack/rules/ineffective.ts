/* Cautions about inputs that were set and do nothing as things stand. */
import { jsonDocument } from "../../value/json";
import { and, eq, isSet, not, or, type Value, value } from "../../value/value";
import { givesAgentToken, givesInstanceRole, givesScalerRole, givesSecretsBucket, givesVpc } from "../given";
import { isBurstable } from "../../aws/instance-types";
import { type Caution } from "../../schema/rule";
import { usesKmsSigning } from "./access";
import { scaler } from "../inputs/scaler";
import { contentOf, type InputName, inputNames, type Inputs, rowOf } from "../inputs/table";

type Condition = (inputs: Inputs) => Value<boolean>;

function isDefault(input: InputName, inputs: Inputs): Value<boolean> {
  const { default: standard } = rowOf(input);
  const content = contentOf(input, inputs);
  if (standard === "") return not(isSet(content as Value<string>));
  if (typeof standard === "object") return eq(jsonDocument(content), jsonDocument(standard));
  return eq(content as Value<string>, standard as string);
}

function idle(on: InputName, condition: Condition, because: string): Caution {
  return {
    on,
    holds: (inputs) => or(isDefault(on, inputs), not(condition(inputs))),
    message: `${rowOf(on).sensitive ? `{${on}} is given` : `{${on}=}`}, which has no effect: ${because}.`,
  };
}

const vpcIsGiven = ["availability_zones", "vpc_cidr_block", "subnet_cidr_blocks", "vpc_endpoints"] as const;
const groupIsGiven = ["ssh_ingress_cidr_blocks"] as const;
const bucketIsGiven = ["secrets_bucket_encryption", "secrets_bucket_force_destroy"] as const;
const roleIsGiven = [
  "instance_role_name",
  "instance_role_tags",
  "managed_policy_arns",
  "pipeline_signing_kms_access",
] as const;
const limitsAreOff = [
  "resource_limits_memory_high",
  "resource_limits_memory_max",
  "resource_limits_memory_swap_max",
  "resource_limits_cpu_weight",
  "resource_limits_cpu_quota",
  "resource_limits_io_weight",
] as const;
const costTagIsOff = ["cost_allocation_tag_name", "cost_allocation_tag_value"] as const;
const scheduleIsOff = [
  "schedule_timezone",
  "scale_up_schedule",
  "scale_up_min_size",
  "scale_down_schedule",
  "scale_down_min_size",
] as const;

/** Settings of a function that is not there. Those that say which function it is may be set for several stacks alike. */
const scalerIsOff = (Object.keys(scaler) as (keyof typeof scaler)[]).filter(
  (input) =>
    rowOf(input).inert === undefined && !["scaler_enabled", "scaler_implementation", "lambda_bucket"].includes(input),
);
const elasticModeIsOff = ["scaler_dangling_check_minimum_uptime", "scaler_max_dangling_instances"] as const;

function all(inputs: readonly InputName[], condition: Condition, because: string): Caution[] {
  return inputs.map((input) => idle(input, condition, because));
}

const besideOthers: readonly Caution[] = [
  ...all(vpcIsGiven, givesVpc, "it shapes the created VPC, and an existing one is given"),
  ...all(
    groupIsGiven,
    (inputs) => isSet(inputs.securityGroupIds),
    "{security_group_ids} are given, whose rules are yours",
  ),
  ...all(bucketIsGiven, givesSecretsBucket, "it concerns the created secrets bucket, and an existing one is given"),
  ...all(roleIsGiven, givesInstanceRole, "it shapes the created instance role, and an existing one is given"),
  ...all(
    limitsAreOff,
    (inputs) => not(inputs.experimentalEnableResourceLimits),
    "{experimental_enable_resource_limits} is off",
  ),
  ...all(costTagIsOff, (inputs) => not(inputs.enableCostAllocationTags), "{enable_cost_allocation_tags} is off"),
  ...all(scheduleIsOff, (inputs) => not(inputs.enableScheduledScaling), "{enable_scheduled_scaling} is off"),
  ...all(scalerIsOff, (inputs) => not(inputs.scalerEnabled), "{scaler_enabled} is off"),
  ...all(
    elasticModeIsOff,
    (inputs) => and(inputs.scalerEnabled, not(inputs.scalerEnableElasticCiMode)),
    "{scaler_enable_elastic_ci_mode} is off",
  ),
  idle(
    "scaler_scale_in_factor",
    (inputs) => and(inputs.scalerEnabled, scalesInNever(inputs)),
    "{disable_scale_in} is on, so AgentScaler never scales in",
  ),
  idle(
    "scaler_groups",
    (inputs) => and(inputs.scalerEnabled, eq(inputs.minSize, inputs.maxSize)),
    "a group of one size has no AgentScaler",
  ),
  idle("secrets_bucket", (inputs) => not(inputs.enableSecretsPlugin), "{enable_secrets_plugin} is off"),
  idle("secrets_bucket_region", (inputs) => not(givesSecretsBucket(inputs)), "no existing {secrets_bucket} is given"),
  idle("artifacts_bucket_region", (inputs) => not(isSet(inputs.artifactsBucket)), "{artifacts_bucket} is empty"),
  idle("buildkite_agent_token", givesAgentToken, "a parameter with the token is given"),
  idle("image_id_parameter", (inputs) => isSet(inputs.imageId), "{image_id} wins over it"),
  idle("git_mirror_seed_bucket", (inputs) => not(inputs.buildkiteAgentEnableGitMirrors), "git mirrors are off"),
  idle(
    "ec2_log_retention_days",
    (inputs) => not(inputs.enableEc2LogRetentionPolicy),
    "{enable_ec2_log_retention_policy} is off",
  ),
  idle("enable_ecr_credential_helper", (inputs) => not(inputs.enableEcrPlugin), "{enable_ecr_plugin} is off"),
  idle(
    "pipeline_signing_kms_access",
    (inputs) => not(usesKmsSigning(inputs)),
    "no KMS signing key is given or created",
  ),
  idle("pipeline_signing_jwks_key_id", hasNoSigningSet, "{pipeline_signing_jwks_parameter_store_path} is empty"),
  idle(
    "scaler_managed_policy_arns",
    givesScalerRole,
    "it shapes AgentScaler's created role, and an existing one is given",
  ),
  idle("spot_allocation_strategy", (inputs) => eq(inputs.onDemandPercentage, 100), "{on_demand_percentage} is 100"),
  idle(
    "cpu_credits",
    ({ instanceTypes }) => not(isBurstable(instanceTypes)),
    "not all of {instance_types} are burstable",
  ),
  idle(
    "root_volume_throughput",
    (inputs) => not(eq(inputs.rootVolumeType, "gp3")),
    "only gp3 volumes have a throughput",
  ),
  idle("root_volume_iops", (inputs) => eq(inputs.rootVolumeType, "gp2"), "gp2 volumes have no setting for it"),
];

/** Buildkite's AgentScaler scales in all the same in elastic CI mode. */
function scalesInNever(inputs: Inputs): Value<boolean> {
  const ignores = and(inputs.scalerEnableElasticCiMode, eq(inputs.scalerImplementation, "buildkite"));
  return and(inputs.disableScaleIn, not(ignores));
}

function hasNoSigningSet(inputs: Inputs): Value<boolean> {
  return not(isSet(inputs.pipelineSigningJwksParameterStorePath));
}

/** From the column `platforms`: an input of the other operating system. */
const onOtherSystem = inputNames.flatMap((input): Caution[] => {
  const { platforms } = rowOf(input);
  if (!platforms) return [];
  const isForeign: Condition = ({ instanceOperatingSystem }) =>
    and(...platforms.map((platform) => not(eq(instanceOperatingSystem, platform))));
  return [idle(input, isForeign, "{instance_operating_system=}, where nothing reads it")];
});

/** From the column `inert`. */
const always = inputNames.flatMap((input): Caution[] => {
  const { inert } = rowOf(input);
  return inert ? [idle(input, () => value(true), inert.replace(/\.$/, ""))] : [];
});

export const noEffect: readonly Caution[] = [...besideOthers, ...onOtherSystem, ...always];
