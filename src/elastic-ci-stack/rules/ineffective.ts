/* Warnings about inputs that are set and have no effect beside the other inputs. */
import { jsonDocument } from "../../value/json";
import { and, eq, isSet, not, or, type Value, value } from "../../value/value";
import {
  createsAgentToken,
  createsInstanceRole,
  createsVpc,
  usesExistingScalerRole,
  usesExistingSecretsBucket,
  isAdopted,
  isBurstable,
  hasFixedSize,
  usesBuildkiteScaler,
} from "../facts";
import { usesKmsSigning } from "./access";
import { scaler } from "../inputs/scaler";
import { table, type InputName, type Inputs, type InputRule } from "../inputs/table";

function isDefault(input: InputName, inputs: Inputs): Value<boolean> {
  const { default: defaultContent } = table.row(input);
  const content = table.content(input, inputs);
  if (defaultContent === "") return not(isSet(content as Value<string>));
  if (typeof defaultContent === "object") return eq(jsonDocument(content), jsonDocument(defaultContent));
  return eq(content as Value<string>, defaultContent as string);
}

function unused(on: InputName, condition: InputRule["holds"], because: string): InputRule {
  const { sensitive, fields } = table.row(on);
  return {
    on,
    holds: (inputs) => or(isDefault(on, inputs), not(condition(inputs))),
    message: `${sensitive || fields ? `{${on}} is given` : `{${on}=}`}, which has no effect: ${because}.`,
  };
}

const vpcIsGiven = ["availability_zones", "vpc_cidr_block", "subnet_cidr_blocks", "vpc_endpoints"] as const;
const groupIsGiven = ["ssh_ingress_cidr_blocks"] as const;
const bucketIsGiven = [
  "secrets_bucket_encryption",
  "secrets_bucket_force_destroy",
  "secrets_bucket_noncurrent_days",
  "secrets_logging_bucket_days",
] as const;
const roleIsGiven = [
  "instance_role_name",
  "instance_role_tags",
  "managed_policy_arns",
  "managed_policies",
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

/** Settings of the function that does not exist. The inputs that select its code may be set for several stacks alike. */
const scalerIsOff = (Object.keys(scaler) as (keyof typeof scaler)[]).filter(
  (input) =>
    table.row(input).inert === undefined &&
    !["scaler_enabled", "scaler_implementation", "lambda_bucket"].includes(input),
);
const elasticModeIsOff = ["scaler_dangling_check_minimum_uptime", "scaler_max_dangling_instances"] as const;

function all(inputs: readonly InputName[], condition: InputRule["holds"], because: string): InputRule[] {
  return inputs.map((input) => unused(input, condition, because));
}

const besideOthers: readonly InputRule[] = [
  ...all(vpcIsGiven, (inputs) => not(createsVpc(inputs)), "it shapes the created VPC, and an existing one is given"),
  ...all(
    groupIsGiven,
    (inputs) => isSet(inputs.securityGroupIds),
    "{security_group_ids} are given, whose rules are yours",
  ),
  ...all(
    bucketIsGiven,
    usesExistingSecretsBucket,
    "it concerns the created secrets bucket, and an existing one is given",
  ),
  ...all(
    roleIsGiven,
    (inputs) => not(createsInstanceRole(inputs)),
    "it shapes the created instance role, and an existing one is given",
  ),
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
  unused(
    "scaler_scale_in_factor",
    (inputs) => and(inputs.scalerEnabled, neverScalesIn(inputs)),
    "{disable_scale_in} is on, so AgentScaler never scales in",
  ),
  unused(
    "scaler_groups",
    (inputs) => and(inputs.scalerEnabled, hasFixedSize(inputs)),
    "a group of one size has no AgentScaler",
  ),
  unused("secrets_bucket", (inputs) => not(inputs.enableSecretsPlugin), "{enable_secrets_plugin} is off"),
  unused(
    "secrets_bucket_region",
    (inputs) => not(usesExistingSecretsBucket(inputs)),
    "no existing {secrets_bucket} is given",
  ),
  unused("artifacts_bucket_region", (inputs) => not(isSet(inputs.artifactsBucket)), "{artifacts_bucket} is empty"),
  unused("buildkite_agent_token", (inputs) => not(createsAgentToken(inputs)), "a parameter with the token is given"),
  unused("image_id_parameter", (inputs) => isSet(inputs.imageId), "{image_id} wins over it"),
  unused("git_mirror_seed_bucket", (inputs) => not(inputs.buildkiteAgentEnableGitMirrors), "git mirrors are off"),
  unused(
    "ec2_log_retention_days",
    (inputs) => not(inputs.enableEc2LogRetentionPolicy),
    "{enable_ec2_log_retention_policy} is off",
  ),
  unused("enable_ecr_credential_helper", (inputs) => not(inputs.enableEcrPlugin), "{enable_ecr_plugin} is off"),
  unused(
    "pipeline_signing_kms_access",
    (inputs) => not(usesKmsSigning(inputs)),
    "no KMS signing key is given or created",
  ),
  unused(
    "pipeline_signing_kms_key_spec",
    (inputs) => isSet(inputs.pipelineSigningKmsKeyId),
    "an existing key is given in {pipeline_signing_kms_key_id}",
  ),
  unused("keep_original_rights", (inputs) => not(isAdopted(inputs)), "{stack_name_suffix} is empty"),
  unused("pipeline_signing_jwks_key_id", hasNoSigningKeySet, "{pipeline_signing_jwks_parameter_store_path} is empty"),
  unused(
    "scaler_managed_policy_arns",
    usesExistingScalerRole,
    "it shapes AgentScaler's created role, and an existing one is given",
  ),
  unused("spot_allocation_strategy", (inputs) => eq(inputs.onDemandPercentage, 100), "{on_demand_percentage} is 100"),
  unused("cpu_credits", (inputs) => not(isBurstable(inputs)), "not all of {instance_types} are burstable"),
  unused(
    "root_volume_throughput",
    (inputs) => not(eq(inputs.rootVolumeType, "gp3")),
    "only gp3 volumes have a throughput",
  ),
  unused("root_volume_iops", (inputs) => eq(inputs.rootVolumeType, "gp2"), "gp2 volumes have no setting for it"),
];

/** Buildkite's AgentScaler ignores `disable_scale_in` in elastic CI mode. */
function neverScalesIn(inputs: Inputs): Value<boolean> {
  const ignores = and(inputs.scalerEnableElasticCiMode, usesBuildkiteScaler(inputs));
  return and(inputs.disableScaleIn, not(ignores));
}

function hasNoSigningKeySet(inputs: Inputs): Value<boolean> {
  return not(isSet(inputs.pipelineSigningJwksParameterStorePath));
}

/** From the column `platforms`: an input of the other operating system. */
const onOtherSystem = table.names.flatMap((input): InputRule[] => {
  const { platforms } = table.row(input);
  if (!platforms) return [];
  const isOtherSystem: InputRule["holds"] = ({ instanceOperatingSystem }) =>
    and(...platforms.map((platform) => not(eq(instanceOperatingSystem, platform))));
  return [unused(input, isOtherSystem, "{instance_operating_system=}, where nothing reads it")];
});

/** From the column `inert`. */
const always = table.names.flatMap((input): InputRule[] => {
  const { inert } = table.row(input);
  return inert ? [unused(input, () => value(true), inert.replace(/\.$/, ""))] : [];
});

export const ineffectiveRules: readonly InputRule[] = [...besideOthers, ...onOtherSystem, ...always];
