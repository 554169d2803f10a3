import { atLeast, between, eachItem, emptyOr, whole } from "../../schema/check";
import { durationBelowOneMinute, eventBridgeRate, positiveDuration } from "../../schema/formats/durations";
import { bucketName, oneLine, policyArn } from "../../schema/formats/texts";
import { choice, flag, number, text, texts } from "../../schema/row";
import { eachGroupOnce, fitsIntoEnvironment, queueAndGroupText } from "./scaler-groups";

/** Our AgentScaler refuses larger factors. */
export const LARGEST_FACTOR = 10;

/** What both implementations can do beyond the settings of the group's section. */
const decisions = {
  scaler_disable_scale_out: flag({
    default: false,
    about: "Whether AgentScaler never raises the group's capacity, for example while something else does.",
  }),
  scaler_scale_in_factor: number({
    default: 0,
    about:
      "Factor on the size of each scale-in: below 1 removes instances in several steps. 0: all that are not needed at once.",
    checks: [between(0, LARGEST_FACTOR)],
  }),
  scaler_only_after_all_events: flag({
    default: false,
    about: "Whether a cooldown counts from the last scaling in either direction, not only in its own.",
  }),
  scaler_max_instance_cap: number({
    default: 0,
    about:
      "Most instances that AgentScaler asks for because of jobs, below max_size. What min_size and the buffer add comes on top. 0: no cap.",
    checks: [atLeast(0), whole()],
  }),
  scaler_availability_threshold: number({
    default: 0.5,
    about:
      "Share of the expected agents, from 0 to 1, below which AgentScaler takes instances for broken and asks for one more. 0: never.",
    checks: [between(0, 1)],
  }),
  scaler_warm_idle_instances: number({
    default: 0,
    about:
      "Instances that AgentScaler keeps beyond what jobs need, also when the queue is empty. One that is idle for scale_in_idle_period " +
      "leaves all the same and is replaced, as with min_size: a longer period replaces it less often. Only for scaler_implementation typescript.",
    checks: [atLeast(0), whole()],
  }),
  scaler_groups: texts({
    default: [],
    about:
      "Further groups that this stack's AgentScaler serves, each as queue=group, or as queue=group=agents where an instance there runs " +
      "another number of agents than here. One token must do for all queues; their own stacks set scaler_enabled to false. " +
      "Only for scaler_implementation typescript.",
    checks: [eachItem(queueAndGroupText()), eachGroupOnce(), fitsIntoEnvironment()],
  }),
  scaler_dangling_check_minimum_uptime: text({
    default: "1h",
    about:
      "Age from which elastic CI mode looks after an instance whose agent may have died, as a duration with units.",
    checks: [positiveDuration()],
  }),
  scaler_max_dangling_instances: number({
    default: 5,
    about: "Most instances that elastic CI mode looks after at a time. 0: all.",
    checks: [atLeast(0), whole()],
  }),
  scaler_activity_timeout: text({
    default: "10s",
    about:
      "Longest time that a new AgentScaler reads the group's past activities for its last scalings, as a duration with units.",
    checks: [positiveDuration()],
  }),
  scaler_max_activity_pages: number({
    default: -1,
    about: "Most pages of past activities that it reads. -1: all.",
    checks: [atLeast(-1), whole()],
  }),
};

/** Which function runs, when, and with what. */
const deployment = {
  buildkite_agent_scaler_serverless_arn: text({
    default: "arn:aws:serverlessrepo:us-east-1:172840064832:applications/buildkite-agent-scaler",
    inert: "AgentScaler is deployed as a plain function; the serverless application is no longer used.",
    about: "Accepted so that configurations of Buildkite's module keep working; it has no effect.",
    checks: [oneLine()],
  }),
  scaler_enabled: flag({
    default: true,
    about:
      "Whether this stack has an AgentScaler. False where another stack's serves this group by its scaler_groups, or where the size is " +
      "set by other means.",
  }),
  scaler_enable_elastic_ci_mode: flag({
    default: false,
    about: "Whether AgentScaler removes idle instances gracefully and replaces those whose agent has died.",
  }),
  scaler_event_schedule_period: text({
    default: "1 minute",
    about:
      "How often EventBridge starts AgentScaler, as a rate of minutes, hours or days. One run keeps polling for most of a minute.",
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
      "It spreads the load of accounts that have many stacks. With scaler_implementation typescript it is never longer than the pause " +
      "between two polls, so that at most one poll of a run is lost.",
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
      "Existing bucket in the stack's region that already holds this version's function packages, as cdktf-buildkite-elastic-ci-stack/v<version>/<name>.zip. " +
      "Empty: they are uploaded directly.",
    checks: [emptyOr(bucketName())],
  }),
  scaler_managed_policy_arns: texts({
    default: [],
    about:
      "Further managed policies for AgentScaler's created role, for example to read a token out of Secrets Manager. " +
      "Add new ones at the end: an attachment is known by its place in the list.",
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

export const scaler = { ...deployment, ...decisions };
