import { AwsError } from "../aws-wire/answers";
import { SECRETS_BUCKET } from "./cloud";
import { FILL_DISK, type Sandbox } from "./sandbox";

/** Something that makes a boot fail. */
export interface Fault {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Something else instead of the settings' file. */
  readonly file?: string;
  readonly arrange?: (machine: Sandbox) => unknown;
  /** What the log has to say. */
  readonly reason: RegExp;
  /** The group cannot be told: without the instance metadata the machine has neither its keys nor its own name. */
  readonly mute?: boolean;
  /** How often the agent was started, and ended again. */
  readonly starts?: number;
  /** Where the boot waits only for a while for what happens by itself. */
  readonly speed?: number;
}

const denied = new AwsError("AccessDeniedException", "no", 400);
const after = { after: /user-data/ };

export const metadata: readonly Fault[] = [
  {
    title: "the metadata answers errors",
    arrange: ({ imds }) => imds.break("error", /meta-data|api/, after),
    reason: /boot failed/,
    mute: true,
  },
  {
    title: "the metadata gives no token",
    arrange: ({ imds }) => imds.break("refused token", /api\/token/, after),
    reason: /boot failed/,
    mute: true,
  },
  {
    title: "the metadata accepts no token",
    arrange: ({ imds }) => imds.break("no token accepted", /meta-data/, after),
    reason: /boot failed/,
    mute: true,
  },
  {
    title: "the metadata never answers",
    arrange: ({ imds }) => imds.break("hung", /meta-data|api/, after),
    reason: /boot failed/,
    mute: true,
  },
  {
    title: "the instance id is a web page",
    arrange: ({ imds }) => imds.break("garbage", /instance-id/),
    reason: /the metadata names no instance, but: <html>/,
    mute: true,
  },
];

export const aws: readonly Fault[] = [
  {
    title: "the token's parameter is missing",
    settings: { BUILDKITE_AGENT_TOKEN_PATH: "/no/such/token" },
    reason: /ParameterNotFound[^]*could not be fetched: token/,
  },
  {
    title: "the token's parameter may not be read",
    arrange: ({ aws: front }) => front.break(/^GetParameter$/, { error: denied }),
    reason: /AccessDenied[^]*could not be fetched: token/,
  },
  {
    title: "the parameter store never answers",
    arrange: ({ aws: front }) => front.break(/^GetParameter$/, { delivery: "hung" }),
    reason: /could not be fetched: token/,
  },
  {
    title: "the stack's own script may not be read",
    settings: { BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: `s3://${SECRETS_BUCKET}/fails.sh` },
    arrange: ({ aws: front }) => front.break(/fails\.sh/, { error: new AwsError("AccessDenied", "no", 403) }),
    reason: /could not be fetched: bootstrap/,
  },
  {
    title: "the stack's own script is not there",
    settings: { BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: `s3://${SECRETS_BUCKET}/missing.sh` },
    reason: /could not be fetched: bootstrap/,
  },
  {
    title: "the stack's own script fails",
    settings: { BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: `s3://${SECRETS_BUCKET}/fails.sh` },
    reason: /my own words\n[^]*the bootstrap script ended with exit code 7/,
  },
  {
    title: "there is nothing below the environment file's path",
    settings: { BUILDKITE_ENV_FILE_URL: "ssm:/nothing/here" },
    reason: /there is nothing at ssm:\/nothing\/here\n[^]*could not be fetched: agent\.env/,
  },
  {
    title: "the group does not listen",
    settings: { BUILDKITE_AGENT_TOKEN_PATH: "/no/such/token" },
    arrange: ({ aws: front }) => front.break(/^SetInstanceHealth$/, { error: new AwsError("ValidationError", "no") }),
    reason: /could not be told that this instance is unhealthy/,
    mute: true,
  },
];

export const host: readonly Fault[] = [
  {
    title: "Docker does not accept its settings",
    arrange: (machine) => machine.answer("dockerd", /--validate/, { code: 1, stderr: "unable to configure" }),
    reason: /Docker does not accept its settings/,
  },
  {
    title: "Docker does not start",
    arrange: (machine) => machine.answer("systemctl", /^restart docker/, { code: 1, stderr: "Job failed" }),
    reason: /bk-configure-docker\.sh ended with exit code 1/,
  },
  {
    title: "Docker never answers",
    arrange: (machine) => machine.answer("docker", /^(info|ps)/, { code: 1, stderr: "Cannot connect" }),
    reason: /Docker did not answer/,
  },
  {
    title: "the watcher cannot be started",
    arrange: (machine) => machine.answer("systemctl", /drain-watcher/, { code: 1 }),
    reason: /boot failed: drain watcher ended with exit code 1/,
  },
  {
    title: "the agent ends as soon as it has started",
    arrange: (machine) => machine.answer("buildkite-agent", /^start/, { code: 1, stderr: "invalid token" }),
    reason: /the agent ended before it had registered\n[^]*failed: the agent has not registered/,
    starts: 1,
    speed: 0.5,
  },
  {
    title: "the agent tries for minutes to register, and gives up",
    arrange: (machine) => machine.answer("buildkite-agent", /^start/, { seconds: 300, code: 1, stderr: "503" }),
    reason: /the agent ended before it had registered\n[^]*failed: the agent has not registered/,
    starts: 1,
  },
  {
    title: "the image has no agent of the channel",
    settings: { BUILDKITE_AGENT_RELEASE: "edge" },
    arrange: (machine) => machine.must("rm /usr/bin/buildkite-agent-edge"),
    reason: /no agent of the channel edge/,
  },
  {
    title: "sudo does not accept the operator's commands",
    settings: { BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS: "/usr/bin/true = = (x" },
    reason: /sudo does not accept/,
  },
  {
    title: "a setting is wrong",
    settings: { DOCKER_NETWORKING_PROTOCOL: "ipx", BUILDKITE_AGENTS_PER_INSTANCE: "many" },
    reason: /DOCKER_NETWORKING_PROTOCOL must be[^]*BUILDKITE_AGENTS_PER_INSTANCE must be/,
  },
  {
    title: "the settings are cut off",
    file: '{"A": "1',
    reason: /bk-mount-instance-storage\.sh ended with exit code 1/,
  },
  {
    title: "a disk that is full from the start",
    arrange: (machine) => machine.must(FILL_DISK),
    reason: /^$/,
    mute: true,
  },
  {
    title: "a disk that fills up on the way",
    arrange: (machine) => machine.answer("dockerd", /--validate/, { run: FILL_DISK }),
    reason: /boot: bk-configure-docker\.sh\n/,
  },
  {
    title: "an earlier boot that broke off",
    arrange: (machine) => machine.write("/var/log/elastic-stack-bootstrap-status", "Started\n"),
    reason: /an earlier boot of this instance broke off half-way/,
  },
];
