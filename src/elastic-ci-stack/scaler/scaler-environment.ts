import type { AgentScalerEnvironment, AgentScalerOptions } from "../../../lambda/agent-scaler/config";
import { type StackContext } from "../context";
import { mapIf, merge } from "../../value/list";
import { text, toText } from "../../value/text";
import { not, type Operand, value, type Value, when } from "../../value/value";

/** A run stops polling after this time, so that it ends before the next one starts. Counted from the start of the run. */
const BUILDKITE_SCALER_POLLING = "50s";
/** The same for our scaler, which counts from the scheduled time of the event. */
const TYPESCRIPT_SCALER_POLLING = "55s";

type Environment = Record<keyof AgentScalerEnvironment | keyof AgentScalerOptions, Operand<string>>;
type OneTarget = "BUILDKITE_QUEUE" | "ASG_NAME";
type SeveralTargets = "QUEUE_GROUPS";
/** Variables that Buildkite's scaler does not have. */
type Ours = "WARM_IDLE_INSTANCES" | "MEMORY_PARAMETER";

export interface ScalerEnvironmentSources {
  readonly tokenPath: Value<string>;
  readonly memoryPath: Value<string>;
  /** Queues and their groups as JSON. */
  readonly targets: Value<string>;
}

/** AgentScaler's environment. The four types together are all of its variables: a missing one does not compile. */
export function scalerEnvironment(
  { inputs, facts, names }: StackContext,
  { tokenPath, memoryPath, targets }: ScalerEnvironmentSources,
): Value<Readonly<Record<string, string>>> {
  const oneTarget: Pick<Environment, OneTarget> = { BUILDKITE_QUEUE: inputs.buildkiteQueue, ASG_NAME: names.group };
  const severalTargets: Pick<Environment, SeveralTargets> = { QUEUE_GROUPS: targets };
  const ours: Pick<Environment, Ours> = {
    WARM_IDLE_INSTANCES: toText(inputs.scalerWarmIdleInstances),
    MEMORY_PARAMETER: memoryPath,
  };
  return merge<string>(
    common(inputs, facts, tokenPath),
    mapIf(not(facts.servesOtherGroups), texts(oneTarget)),
    mapIf(facts.servesOtherGroups, texts(severalTargets)),
    mapIf(facts.usesTypescriptScaler, texts(ours)),
  );
}

function texts(operands: Readonly<Record<string, Operand<string>>>): Value<Readonly<Record<string, string>>> {
  return value(operands) as Value<Readonly<Record<string, string>>>;
}

function common(
  inputs: StackContext["inputs"],
  facts: StackContext["facts"],
  tokenPath: Value<string>,
): Omit<Environment, OneTarget | SeveralTargets | Ours> {
  return {
    BUILDKITE_AGENT_TOKEN_SSM_KEY: tokenPath,
    BUILDKITE_AGENT_ENDPOINT: inputs.agentEndpoint,
    AGENTS_PER_INSTANCE: toText(inputs.agentsPerInstance),
    INSTANCE_BUFFER: toText(inputs.instanceBuffer),
    INCLUDE_WAITING: toText(inputs.scaleOutForWaitingJobs),
    MAX_INSTANCE_CAP: toText(inputs.scalerMaxInstanceCap),
    AVAILABILITY_THRESHOLD: toText(inputs.scalerAvailabilityThreshold),
    DISABLE_SCALE_IN: toText(inputs.disableScaleIn),
    DISABLE_SCALE_OUT: toText(inputs.scalerDisableScaleOut),
    SCALE_IN_COOLDOWN_PERIOD: text`${toText(inputs.scaleInCooldownPeriod)}s`,
    SCALE_OUT_COOLDOWN_PERIOD: text`${toText(inputs.scaleOutCooldownPeriod)}s`,
    SCALE_ONLY_AFTER_ALL_EVENT: toText(inputs.scalerOnlyAfterAllEvents),
    SCALE_IN_FACTOR: toText(inputs.scalerScaleInFactor),
    SCALE_OUT_FACTOR: toText(inputs.scaleOutFactor),
    LAMBDA_INTERVAL: inputs.scalerMinPollInterval,
    LAMBDA_TIMEOUT: when(facts.usesTypescriptScaler, TYPESCRIPT_SCALER_POLLING, BUILDKITE_SCALER_POLLING),
    LAMBDA_STARTUP_JITTER_MAX: inputs.scalerEventScheduleJitter,
    ASG_ACTIVITY_TIMEOUT: inputs.scalerActivityTimeout,
    MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: toText(inputs.scalerMaxActivityPages),
    ELASTIC_CI_MODE: toText(inputs.scalerEnableElasticCiMode),
    DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME: inputs.scalerDanglingCheckMinimumUptime,
    MAX_DANGLING_INSTANCES_TO_CHECK: toText(inputs.scalerMaxDanglingInstances),
    CLOUDWATCH_METRICS: toText(inputs.scalerEnableCloudwatchMetrics),
  };
}
