import { AwsError } from "../aws-wire/answers";
import { SECRETS_BUCKET } from "./cloud";
import type { Sandbox } from "./sandbox";

/** Something that a boot has to bear. */
export interface Nuisance {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly arrange?: (machine: Sandbox) => unknown;
  readonly log?: RegExp;
  readonly effect?: (machine: Sandbox) => Promise<void>;
}

const nobodyLogsIn = async (machine: Sandbox) => {
  expect(await machine.read("/home/ec2-user/.ssh/authorized_keys")).toBe("");
  expect(await machine.must("systemctl is-active refresh_authorized_keys.timer")).toBe("active\n");
};
const unavailable = new AwsError("InternalServerError", "try again", 500);

export const nuisances: readonly Nuisance[] = [
  {
    title: "metadata that answers errors for a while",
    arrange: ({ imds }) => imds.break("error", /instance-id/, { times: 2 }),
  },
  {
    title: "metadata that is slow",
    arrange: ({ imds }) => imds.break("slow", /(?:)/, { after: /user-data/, times: 8 }),
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
