import { eq, gt, gte, isSet, not, or } from "../../value/value";
import { LARGEST_FACTOR } from "../inputs/scaler";
import { usesBuildkiteScaler, usesTypescriptScaler } from "../facts";
import { type InputName, type InputRule } from "../inputs/table";

const sizes: readonly InputRule[] = [
  {
    on: "min_size",
    holds: ({ minSize, maxSize }) => gte(maxSize, minSize),
    message: "{min_size=}, but {max_size=}. Lower {min_size} or raise {max_size}.",
  },
  {
    on: "scale_up_min_size",
    holds: (inputs) => or(not(inputs.enableScheduledScaling), gte(inputs.maxSize, inputs.scaleUpMinSize)),
    message: "{scale_up_min_size=}, but {max_size=}. Lower {scale_up_min_size} or raise {max_size}.",
  },
  {
    on: "scale_down_min_size",
    holds: (inputs) => or(not(inputs.enableScheduledScaling), gte(inputs.maxSize, inputs.scaleDownMinSize)),
    message: "{scale_down_min_size=}, but {max_size=}. Lower {scale_down_min_size} or raise {max_size}.",
  },
];

const gracePeriods: readonly InputRule[] = [
  {
    on: "buildkite_agent_signal_grace_period",
    holds: ({ buildkiteAgentSignalGracePeriod: signal, buildkiteAgentCancelGracePeriod: cancel }) =>
      or(eq(signal, -1), gt(cancel, signal)),
    message:
      "{buildkite_agent_signal_grace_period=}, but {buildkite_agent_cancel_grace_period=}. " +
      "The signal grace period must be -1 or below the cancel grace period.",
  },
  {
    on: "instance_termination_grace_period",
    holds: (inputs) => gt(inputs.instanceTerminationGracePeriod, inputs.buildkiteAgentCancelGracePeriod),
    message:
      "{instance_termination_grace_period=}, but {buildkite_agent_cancel_grace_period=}. " +
      "The termination grace period must be above the cancel grace period, or a terminating instance cuts its jobs off.",
  },
];

const buildkiteOnly: readonly (readonly [InputName, InputRule["holds"]])[] = [
  ["scaler_lambda_s3_bucket", (inputs) => not(isSet(inputs.scalerLambdaS3Bucket))],
  ["scaler_lambda_s3_key", (inputs) => not(isSet(inputs.scalerLambdaS3Key))],
  ["scaler_lambda_s3_object_version", (inputs) => not(isSet(inputs.scalerLambdaS3ObjectVersion))],
];

const buildkiteOnlyRules = buildkiteOnly.map(([on, isEmpty]): InputRule => ({
  on,
  holds: (inputs) => or(usesBuildkiteScaler(inputs), isEmpty(inputs)),
  message: `{${on}=}, but {scaler_implementation=}. Only Buildkite's AgentScaler comes from a bucket: leave {${on}} empty.`,
}));

const typescriptOnly: readonly (readonly [InputName, InputRule["holds"]])[] = [
  ["scaler_warm_idle_instances", (inputs) => eq(inputs.scalerWarmIdleInstances, 0)],
  ["scaler_groups", (inputs) => not(isSet(inputs.scalerGroups))],
];

const typescriptOnlyRules = typescriptOnly.map(([on, isUnused]): InputRule => ({
  on,
  holds: (inputs) => or(usesTypescriptScaler(inputs), isUnused(inputs)),
  message:
    `{${on}=}, but {scaler_implementation=}. Buildkite's AgentScaler knows nothing like it: ` +
    `set {scaler_implementation} to typescript, or leave {${on}} out.`,
}));

const factors: readonly InputRule[] = [
  {
    on: "scale_out_factor",
    holds: (inputs) => or(usesBuildkiteScaler(inputs), gte(LARGEST_FACTOR, inputs.scaleOutFactor)),
    message: `{scale_out_factor=}, but {scaler_implementation=}, which takes factors up to ${LARGEST_FACTOR}. Lower {scale_out_factor}.`,
  },
];

export const scalingRules: readonly InputRule[] = [
  ...sizes,
  ...gracePeriods,
  ...buildkiteOnlyRules,
  ...typescriptOnlyRules,
  ...factors,
];
