import { atLeast, eachItem, emptyOr, whole } from "./check";
import { durationBelowOneMinute, eventBridgeRate, positiveDuration } from "./durations";
import { bucketName, oneLine, policyArn } from "./formats";
import { choice, flag, number, text, texts } from "./row";

export const scaler = {
  buildkite_agent_scaler_serverless_arn: text({
    default: "arn:aws:serverlessrepo:us-east-1:172840064832:applications/buildkite-agent-scaler",
    inert: "AgentScaler is deployed as a plain function; the serverless application is no longer used.",
    about: "Accepted so that configurations of Buildkite's module keep working; it has no effect.",
    checks: [oneLine()],
  }),
  scaler_enable_elastic_ci_mode: flag({
    default: false,
    about: "Whether AgentScaler removes idle instances gracefully and replaces those whose agent has died.",
  }),
  scaler_event_schedule_period: text({
    default: "1 minute",
    about:
      "How often EventBridge starts AgentScaler, as a rate of minutes, hours or days. One run keeps polling for up to 50 seconds.",
    checks: [eventBridgeRate()],
  }),
  scaler_min_poll_interval: text({
    default: "10s",
    about: "Pause between two polls within one run of AgentScaler, as a duration with units.",
    checks: [positiveDuration()],
  }),
  scaler_event_schedule_jitter: text({
    default: "0s",
    about:
      "Longest delay before a scheduled run of AgentScaler begins to poll, as a duration with units. " +
      "It spreads the load of accounts that have many stacks.",
    checks: [durationBelowOneMinute()],
  }),
  scaler_implementation: choice(["buildkite", "typescript"], {
    default: "buildkite",
    about: "Which AgentScaler runs: Buildkite's released function, or the one in this package.",
  }),
  scaler_lambda_s3_bucket: text({
    default: "",
    about:
      "Bucket of your own mirror of Buildkite's AgentScaler, in the stack's region. Empty: Buildkite's public bucket of that region. " +
      "Only for scaler_implementation buildkite.",
    checks: [emptyOr(bucketName())],
  }),
  scaler_lambda_s3_key: text({
    default: "",
    about:
      "Key of AgentScaler's package in scaler_lambda_s3_bucket. Empty: the key of Buildkite's pinned release for lambda_architecture.",
    checks: [oneLine()],
  }),
  scaler_lambda_s3_object_version: text({
    default: "",
    about: "Version of that object, so that a changed package is deployed only on purpose. Empty: the newest.",
    checks: [oneLine()],
  }),
  lambda_bucket: text({
    default: "",
    about:
      "Existing bucket in the stack's region that this stack's own function packages are deployed through. Empty: they are uploaded directly.",
    checks: [emptyOr(bucketName())],
  }),
  scaler_managed_policy_arns: texts({
    default: [],
    about:
      "Further managed policies for AgentScaler's created role, for example to read a token out of Secrets Manager.",
    checks: [eachItem(policyArn())],
  }),
  scaler_enable_cloudwatch_metrics: flag({
    default: true,
    about: "Whether AgentScaler publishes the queue's job counts as CloudWatch metrics in the namespace Buildkite.",
  }),
  scaler_reserved_concurrent_executions: number({
    default: -1,
    about:
      "Runs of AgentScaler that may overlap. 1 rules overlaps out but takes from the account's concurrency; -1 reserves nothing.",
    checks: [atLeast(-1), whole()],
  }),
};
