import { atLeast, atMostCharacters, emptyOr, notEmpty, pattern, whole } from "../../schema/check";
import { bucketName, kmsKey, oneLine, tokenParameter, url } from "../../schema/formats/texts";
import { choice, flag, number, text } from "../../schema/row";

/** How an agent reaches Buildkite and registers. */
const registration = {
  buildkite_agent_token: text({
    default: "",
    sensitive: true,
    ephemeral: true,
    about:
      "Agent registration token. It is written to an encrypted SSM parameter and never enters Terraform's state. " +
      "After changing it, raise buildkite_agent_token_version. Ignored where a parameter is given.",
    checks: [oneLine()],
  }),
  buildkite_agent_token_version: number({
    default: 1,
    about:
      "Version of buildkite_agent_token. Terraform cannot see that a token changed; raise this number to write the new one.",
    checks: [atLeast(1), whole()],
  }),
  buildkite_agent_token_parameter_store_path: text({
    default: "",
    about:
      "SSM parameter that already holds the agent token, used in place of buildkite_agent_token. A path, a parameter's ARN " +
      "(for another account), or /aws/reference/secretsmanager/ and the name of a secret.",
    checks: [emptyOr(tokenParameter())],
  }),
  create_agent_token_parameter: flag({
    default: true,
    about:
      "False says that buildkite_agent_token_parameter_store_path is given although Terraform does not know its value before apply.",
  }),
  buildkite_agent_token_parameter_store_kms_key: text({
    default: "",
    about:
      "KMS key of the token's parameter: its id, its ARN or an alias. Instances and AgentScaler may decrypt with it, and a " +
      "parameter that this stack creates is encrypted with it. Empty: the account's default key for SSM.",
    checks: [emptyOr(kmsKey())],
  }),
  buildkite_agent_release: choice(["stable", "beta", "edge", "oldstable"], {
    default: "stable",
    env: "BUILDKITE_AGENT_RELEASE",
    about:
      "Release channel of the agent. Buildkite's image holds stable and beta, and downloads edge and oldstable at boot; our own holds all.",
  }),
  buildkite_queue: text({
    default: "default",
    env: "BUILDKITE_QUEUE",
    imageKind: "item",
    about: "Queue that the agents join and that AgentScaler watches.",
    // It becomes one of the agent's tags: those have commas between them, and lose the blanks around them.
    checks: [
      notEmpty(),
      oneLine(),
      // EC2 shows it as a tag of the instance.
      atMostCharacters(256),
      pattern(/^([^, ]([^,]*[^, ])?)?$/, "have no comma, and no blank at either end"),
    ],
  }),
  agent_endpoint: text({
    // The default of Buildkite's CloudFormation template and image; its Terraform module has an older one.
    default: "https://agent-edge.buildkite.com/v3",
    env: "BUILDKITE_AGENT_ENDPOINT",
    imageKind: "endpoint",
    about: "Base URL of Buildkite's Agent API, for the agents and for AgentScaler.",
    checks: [url("https://", "http://")],
  }),
};

/** How an agent behaves once it is registered. */
const behaviour = {
  buildkite_agent_tags: text({
    default: "",
    env: "BUILDKITE_AGENT_TAGS",
    commaSeparated: true,
    about: "Further agent tags, as key=value between commas. The queue has an input of its own.",
    checks: [oneLine()],
  }),
  buildkite_agent_timestamp_lines: flag({
    default: false,
    env: "BUILDKITE_AGENT_TIMESTAMP_LINES",
    about: "Whether each line of a job's log begins with the time. It replaces the invisible ANSI timestamps.",
  }),
  buildkite_agent_experiments: text({
    default: "",
    env: "BUILDKITE_AGENT_EXPERIMENTS",
    commaSeparated: true,
    about: "Names of agent experiments to switch on, between commas.",
    checks: [oneLine()],
  }),
  buildkite_agent_enable_git_mirrors: flag({
    default: false,
    env: "BUILDKITE_AGENT_ENABLE_GIT_MIRRORS",
    about:
      "Whether each instance keeps bare mirrors of the repositories that it builds, which makes later checkouts faster.",
  }),
  git_mirror_seed_bucket: text({
    default: "",
    env: "BUILDKITE_GIT_MIRROR_SEED_BUCKET",
    imageKind: "bucket",
    platforms: ["linux"],
    about:
      "Existing bucket with archives of git mirrors under git-mirror-seeds/, unpacked at boot where git mirrors are on. " +
      "Instances get read access to that prefix. It needs an image newer than v6.71.1; older ones ignore it.",
    checks: [emptyOr(bucketName())],
  }),
  buildkite_agent_tracing_backend: choice(["", "datadog", "opentelemetry"], {
    default: "",
    env: "BUILDKITE_AGENT_TRACING_BACKEND",
    about: "Tracing backend that the agent reports to. Empty: none.",
  }),
  buildkite_agent_cancel_grace_period: number({
    default: 60,
    env: "BUILDKITE_AGENT_CANCEL_GRACE_PERIOD",
    platforms: ["linux"],
    about: "Seconds that a cancelled or timed-out job has to wind down and upload its artifacts.",
    checks: [atLeast(1), whole()],
  }),
  buildkite_agent_signal_grace_period: number({
    default: -1,
    env: "BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS",
    platforms: ["linux"],
    about:
      "Seconds between a job's cancel signal and its SIGKILL. -1 leaves it to the agent; else it must be below the cancel grace period.",
    checks: [atLeast(-1), whole()],
  }),
  buildkite_agent_disconnect_after_uptime: number({
    default: 0,
    env: "BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME",
    about: "Seconds after which an agent takes no more jobs and leaves, and its instance with it. 0: never.",
    checks: [atLeast(0), whole()],
  }),
  buildkite_agent_enable_graceful_shutdown: flag({
    default: false,
    about:
      "Whether StopBuildkiteAgents lets running jobs finish, for up to 15 minutes, when the group is replaced or destroyed. " +
      "Otherwise they are cut off then. The lifecycle hook drains only instances whose group stays.",
  }),
  agents_per_instance: number({
    default: 1,
    env: "BUILDKITE_AGENTS_PER_INSTANCE",
    about: "Agents on each instance, and so the number of jobs that AgentScaler counts on per instance.",
    checks: [atLeast(1), whole()],
  }),
  agent_env_file_url: text({
    default: "",
    env: "BUILDKITE_ENV_FILE_URL",
    imageKind: "settings-source",
    about:
      'Where to fetch a file of KEY="value" lines that become environment variables of the agent. ' +
      "Schemes: s3://, ssm:/ and the rest of a parameter path, https://, file://. The instance role must be allowed to read it.",
    checks: [emptyOr(url("s3://", "ssm:/", "https://", "file://"))],
  }),
};

export const agent = { ...registration, ...behaviour };
