/* Warnings about inputs that may have an effect which the user does not expect. */
import { cidrContains } from "../../value/cidr";
import { every, splitTrimmed } from "../../value/list";
import { matches } from "../../value/text";
import { and, eq, gte, isSet, not, or, type Value } from "../../value/value";
import {
  createsInstanceRole,
  createsSigningKey,
  hasFixedSize,
  isAdopted,
  isWindows,
  usesBuildkiteScaler,
  usesExistingScalerRole,
  usesTypescriptScaler,
} from "../facts";
import { table, type InputName, type Inputs, type InputRule } from "../inputs/table";

/** Inputs that give the created instance role a permission. */
const PERMISSION_INPUTS: readonly (readonly [InputName, (inputs: Inputs) => Value<boolean>])[] = [
  ["secrets_bucket", (inputs) => isSet(inputs.secretsBucket)],
  ["artifacts_bucket", (inputs) => isSet(inputs.artifactsBucket)],
  ["git_mirror_seed_bucket", (inputs) => isSet(inputs.gitMirrorSeedBucket)],
  ["ecr_access_policy", (inputs) => not(eq(inputs.ecrAccessPolicy, "none"))],
  ["buildkite_agent_token_parameter_store_kms_key", (inputs) => isSet(inputs.buildkiteAgentTokenParameterStoreKmsKey)],
  ["pipeline_signing_kms_key_id", (inputs) => isSet(inputs.pipelineSigningKmsKeyId)],
  ["pipeline_signing_kms_key_spec", createsSigningKey],
  ["pipeline_signing_jwks_parameter_store_path", (inputs) => isSet(inputs.pipelineSigningJwksParameterStorePath)],
  [
    "pipeline_verification_jwks_parameter_store_path",
    (inputs) => isSet(inputs.pipelineVerificationJwksParameterStorePath),
  ],
  ["instance_role_permissions_boundary_arn", (inputs) => isSet(inputs.instanceRolePermissionsBoundaryArn)],
];

const permissions = PERMISSION_INPUTS.map(([on, isUsed]): InputRule => ({
  on,
  holds: (inputs) => not(and(not(createsInstanceRole(inputs)), isUsed(inputs))),
  message: `{${on}=}, but an existing instance role is given, which this stack does not change. See to it in that role.`,
}));

const adoption: InputRule = {
  on: "keep_original_rights",
  holds: (inputs) => not(and(isAdopted(inputs), createsInstanceRole(inputs), inputs.keepOriginalRights)),
  message:
    "{keep_original_rights=} and {stack_name_suffix=}: the instance role keeps the wider rights of Buildkite's own module. " +
    "Set {keep_original_rights} to false when no instance of before the move runs any more, or if there never was one.",
};

const scalerMetrics: InputRule = {
  on: "scaler_enable_cloudwatch_metrics",
  holds: (inputs) =>
    not(
      and(
        inputs.scalerEnabled,
        inputs.scalerEnableCloudwatchMetrics,
        usesBuildkiteScaler(inputs),
        usesExistingScalerRole(inputs),
      ),
    ),
  message:
    "{scaler_enable_cloudwatch_metrics=}, and {scaler_lambda_role_arn} is given. Where that role may not call cloudwatch:PutMetricData, " +
    "Buildkite's AgentScaler does not scale in: allow it, or set {scaler_enable_cloudwatch_metrics} to false.",
};

const AT_MOST_TEN_SECONDS = /^([0-9](\.[0-9]+)?s|10(\.0+)?s|[0-9]{1,4}ms|10000ms)$/;

const scaling: readonly InputRule[] = [
  {
    on: "disable_scale_in",
    holds: (inputs) => not(and(inputs.disableScaleIn, inputs.scalerEnableElasticCiMode, usesBuildkiteScaler(inputs))),
    message:
      "{disable_scale_in=}, but Buildkite's AgentScaler scales in all the same in elastic CI mode. " +
      "Set {disable_scale_in} to false, or {scaler_implementation} to typescript, which honours it.",
  },
  {
    on: "disable_scale_in",
    holds: (inputs) => not(and(inputs.disableScaleIn, inputs.scalerEnableElasticCiMode, usesTypescriptScaler(inputs))),
    message:
      "{disable_scale_in=}, which the TypeScript AgentScaler honours in elastic CI mode too: it then replaces instances whose " +
      "agent has died, and removes no idle ones. Set {disable_scale_in} to false for both.",
  },
  {
    on: "scaler_event_schedule_jitter",
    holds: (inputs) =>
      or(
        matches(AT_MOST_TEN_SECONDS, inputs.scalerEventScheduleJitter),
        usesTypescriptScaler(inputs),
        not(eq(inputs.scalerEventSchedulePeriod, "1 minute")),
        eq(inputs.scalerReservedConcurrentExecutions, 1),
      ),
    message:
      "{scaler_event_schedule_jitter=}, but Buildkite's AgentScaler polls for 50 seconds after it, so that two runs may overlap. " +
      "Take 10s at most, or set {scaler_reserved_concurrent_executions} to 1.",
  },
  {
    on: "scaler_enable_elastic_ci_mode",
    holds: (inputs) => not(and(inputs.scalerEnableElasticCiMode, isWindows(inputs), usesBuildkiteScaler(inputs))),
    message:
      "{scaler_enable_elastic_ci_mode=}, but on Windows instances Buildkite's AgentScaler cannot scale in gracefully. " +
      "The one of {scaler_implementation} typescript can.",
  },
  {
    on: "enable_scheduled_scaling",
    holds: (inputs) => not(and(inputs.enableScheduledScaling, hasFixedSize(inputs))),
    message:
      "{enable_scheduled_scaling=}, but {min_size=} and {max_size=}. A group of one size has no AgentScaler, " +
      "so instances do not leave when the schedule lowers the minimum.",
  },
  {
    on: "on_demand_base_capacity",
    holds: (inputs) => gte(inputs.maxSize, inputs.onDemandBaseCapacity),
    message: "{on_demand_base_capacity=}, but {max_size=}. Every instance is then bought on demand.",
  },
];

const instances: readonly InputRule[] = [
  {
    on: "enable_nested_virtualization",
    holds: (inputs) =>
      or(
        not(inputs.enableNestedVirtualization),
        every(splitTrimmed(",", inputs.instanceTypes), (type) => matches(/^[cmr]8i/, type)),
      ),
    message:
      "{enable_nested_virtualization=}, but {instance_types=}. Only c8i, m8i, r8i and their flex variants are known to allow it.",
  },
  {
    on: "docker_fixed_cidr_v4",
    holds: (inputs) =>
      or(not(isSet(inputs.dockerFixedCidrV4)), cidrContains(inputs.dockerIpv4AddressPool1, inputs.dockerFixedCidrV4)),
    message:
      "{docker_fixed_cidr_v4=}, which lies outside of the pool: {docker_ipv4_address_pool_1=}. Docker may refuse to start.",
  },
];

/** The agent's configuration file has no way to write these. */
function unwritable(on: InputName, allowed: RegExp, what: string): InputRule {
  return {
    on,
    holds: (inputs) => matches(allowed, table.content(on, inputs) as Value<string>),
    message: `{${on}=}, but the agent's configuration file cannot hold ${what}: agents would register under other tags.`,
  };
}

const configuration: readonly InputRule[] = [
  unwritable("buildkite_queue", /^[^"]*$/, "a double quote in a queue"),
  unwritable("buildkite_agent_tags", /^[^"]*$/, "a double quote in a tag"),
];

export const cautionRules: readonly InputRule[] = [
  ...permissions,
  adoption,
  scalerMetrics,
  ...scaling,
  ...instances,
  ...configuration,
];
