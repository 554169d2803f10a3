import { Cloud, SECRETS_BUCKET } from "../sandbox/cloud";
import { FILL_DISK, Sandbox } from "../sandbox/sandbox";
import { TOKEN } from "../sandbox/scene";
import { changed, withSettings } from "../sandbox/user-data";
import { AwsError } from "../support/aws-wire/answers";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.apply({ buildkite_agent_token: TOKEN, max_size: 99 });
  await cloud.emulator.upload(SECRETS_BUCKET, "fails.sh", Buffer.from("echo my own words; exit 7\n"));
  await cloud.emulator.upload(SECRETS_BUCKET, "no-keys", Buffer.from("ssh-ed25519 AAAA forged\n"));
});

afterAll(() => cloud.stop());

interface Fault {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Something else instead of the settings' file. */
  readonly file?: string;
  readonly arrange?: (machine: Sandbox) => unknown;
  /** What the log has to say. */
  readonly reason: RegExp;
  /** Without the instance metadata the machine has no keys to tell its group anything. */
  readonly mute?: boolean;
  /** How often the agent was started, and ended again. */
  readonly starts?: number;
}

const denied = new AwsError("AccessDeniedException", "no", 400);
const after = { after: /user-data/ };

const metadata: readonly Fault[] = [
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
    reason: /boot failed/,
  },
];

const aws: readonly Fault[] = [
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

const host: readonly Fault[] = [
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
    reason: /the agent ended within \d s \(exit-code\)/,
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

async function machineWith({ settings = {}, file }: Fault): Promise<Sandbox> {
  const userData = file === undefined ? withSettings(cloud.userData, settings) : changed(cloud.userData, file);
  return Sandbox.start({ cloud, userData, speed: 20 });
}

describe("a boot that cannot succeed: a reason in the log, no agent, an unhealthy instance, and the machine off", () => {
  test.concurrent.each([...metadata, ...aws, ...host])("$title", async (fault) => {
    const machine = await machineWith(fault);
    try {
      await fault.arrange?.(machine);
      const outcome = await machine.boot();
      const log = await machine.read("/var/log/elastic-stack.log");
      expect(log).toMatch(fault.reason);
      expect(log).not.toContain(TOKEN);
      expect(machine.commands("buildkite-agent").filter((one) => one.endsWith(" start"))).toHaveLength(
        fault.starts ?? 0,
      );
      expect(machine.isOff).toBe(true);
      expect(outcome.code).not.toBe(0);
      const told = machine.aws.requests.filter((one) => one.action === "SetInstanceHealth" && one.status === 200);
      expect(told.length > 0).toBe(fault.mute !== true);
    } finally {
      await machine.stop();
    }
  });
});

interface Nuisance {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly arrange: (machine: Sandbox) => unknown;
  readonly log?: RegExp;
  readonly effect?: (machine: Sandbox) => Promise<void>;
}

const nobodyLogsIn = async (machine: Sandbox) => {
  expect(await machine.read("/home/ec2-user/.ssh/authorized_keys")).toBe("");
  expect(await machine.must("systemctl is-active refresh_authorized_keys.timer")).toBe("active\n");
};
const unavailable = new AwsError("InternalServerError", "try again", 500);

const nuisances: readonly Nuisance[] = [
  {
    title: "metadata that answers errors for a while",
    arrange: ({ imds }) => imds.break("error", /instance-id/, { times: 2 }),
  },
  {
    title: "metadata that is slow",
    arrange: ({ imds }) => imds.break("slow", /(?:)/, { ...after, times: 8 }),
  },
  {
    title: "a parameter store that answers errors for a while",
    arrange: ({ aws: front }) => front.break(/^GetParameter$/, { error: unavailable }, { times: 2 }),
  },
  {
    title: "a connection that breaks",
    arrange: ({ aws: front }) => front.break(/^GetParameter$/, { delivery: "reset" }, { times: 1 }),
  },
  {
    title: "authorized keys that are none",
    settings: { BUILDKITE_AUTHORIZED_USERS_URL: `s3://${SECRETS_BUCKET}/no-keys` },
    arrange: () => undefined,
    log: /line 1 is not a public key/,
    effect: nobodyLogsIn,
  },
  {
    title: "authorized keys that cannot be fetched, and a file that a job left where they might be staged",
    settings: { BUILDKITE_AUTHORIZED_USERS_URL: `s3://${SECRETS_BUCKET}/missing` },
    arrange: (machine) => machine.write("/tmp/authorized_keys", "ssh-ed25519 AAAA intruder\n", "0666"),
    log: /authorized keys stay as they are/,
    effect: nobodyLogsIn,
  },
  {
    title: "seeds of git mirrors that are not there",
    settings: { BUILDKITE_AGENT_ENABLE_GIT_MIRRORS: "true", BUILDKITE_GIT_MIRROR_SEED_BUCKET: "no-such-bucket" },
    arrange: () => undefined,
    log: /NoSuchBucket/,
  },
  {
    title: "a log shipper that does not take the retention",
    settings: { ENABLE_EC2_LOG_RETENTION_POLICY: "true" },
    arrange: (machine) => machine.answer("amazon-cloudwatch-agent-ctl", /(?:)/, { code: 1 }),
    log: /did not take the retention of logs/,
  },
  {
    title: "an image without lifecycled",
    arrange: (machine) => machine.answer("systemctl", /lifecycled/, { code: 1 }),
    log: /there is no lifecycled to switch off/,
  },
];

describe("a boot that has its troubles, and succeeds", () => {
  test.concurrent.each(nuisances)("$title", async ({ settings = {}, arrange, log, effect }) => {
    const machine = await Sandbox.start({ cloud, userData: withSettings(cloud.userData, settings), speed: 10 });
    try {
      await arrange(machine);
      expect(await machine.boot()).toMatchObject({ code: 0 });
      expect(await machine.read("/var/log/elastic-stack.log")).toMatch(log ?? /this instance is set up/);
      const job = await machine.queue().ended();
      expect(job.log).not.toContain(":rotating_light:");
      expect(job.code).toBe(0);
      expect(machine.aws.actions("autoscaling")).toEqual([]);
      await effect?.(machine);
    } finally {
      await machine.stop();
    }
  });
});
