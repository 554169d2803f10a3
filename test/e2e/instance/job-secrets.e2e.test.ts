import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Job } from "../../harness/image/job";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { findOnPath, requirePrograms } from "../../harness/tools";

/** The hooks with the real aws, jq, git and ssh-agent, and a bucket in the emulator, in another region than the job's. */
const ssh = "openssh-client";
const PACKAGES = { aws: "awscli", jq: "jq", git: "git", "ssh-agent": ssh, "ssh-add": ssh, "ssh-keygen": ssh };
const TOOLS = Object.keys(PACKAGES);
const bucket = "our-secrets";
let emulator: Emulator;
let job: Job;
let afterwards: Readonly<Record<string, string>>;

const hostile = {
  SUBSTITUTION: "$(touch /tmp/executed) `id`",
  QUOTES: `it's "quoted" \\n`,
  LINES: "first\nsecond\n\n",
  UNICODE: "Grüße 🚀",
  SIZE: "x'\"$".repeat(5000),
};

/** A key as OpenSSH takes it, and its fingerprint as `ssh-add -l` shows it. */
function sshKey(): { readonly text: string; readonly fingerprint: string } {
  const text = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  }) as string;
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  const shown = spawnSync("bash", ["-c", `umask 077; cat >"${folder}/key"; ssh-keygen -lf "${folder}/key"`], {
    input: text,
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  return { text, fingerprint: /SHA256:\S+/.exec(shown.stdout)![0] };
}

const keys = { root: sshKey(), pipeline: sshKey() };

async function upload(): Promise<void> {
  await emulator.aws(
    "s3",
    "create_bucket",
    { Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } },
    "eu-central-1",
  );
  const objects: Record<string, string> = {
    env: "A=root\nB=root\nexport DB_PASSWORD='from env'",
    environment: "B=root-environment\n",
    "web/env": "B=web\nWHERE=$BUILDKITE_PIPELINE_SLUG",
    private_ssh_key: keys.root.text.trimEnd(),
    "web/private_ssh_key": keys.pipeline.text,
    "git-credentials": "https://root:r%40t@github.com\nhttps://other:word@git.example.com\n",
    "web/git-credentials": "https://web:web@github.com\nhttps://only:web@only.example.com:8443",
    "api/secret-files/THEIR_TOKEN": "theirs",
    "secret-files-old/OLD_TOKEN": "old",
  };
  for (const [name, content] of Object.entries(hostile)) objects[`web/secret-files/${name}_TOKEN`] = `${content}\n`;
  // More than one page of keys, and the one that matters on the last.
  for (let i = 0; i < 1001; i++) objects[`web/secret-files/aaa-${i}`] = "";
  objects["web/secret-files/zzz/LAST_TOKEN"] = "last";
  for (const [key, content] of Object.entries(objects)) await emulator.upload(bucket, key, Buffer.from(content));
  const encrypted = {
    Bucket: bucket,
    Key: "web/secret-files/KMS_SECRET",
    Body: "encrypted",
    ServerSideEncryption: "aws:kms",
  };
  await emulator.aws("s3", "put_object", encrypted, "eu-central-1");
}

/** An environment in which the recording stubs give way to the real programs. */
function realTools(): Readonly<Record<string, string>> {
  const folders = TOOLS.map((tool) => findOnPath(tool)!.replace(/\/[^/]+$/, ""));
  return {
    ...(emulator.env as Record<string, string>),
    PATH: [...new Set([...folders, "/usr/bin", "/bin"]), `${job.root}/stubs`].join(":"),
    DISK_MIN_AVAILABLE: "1",
    DISK_MIN_INODES: "1",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
  };
}

beforeAll(async () => {
  requirePrograms(PACKAGES);
  emulator = await startEmulator();
  await upload();
  job = new Job();
  for (const tool of [...TOOLS, "df", "docker"].filter((name) => job.exists(`stubs/${name}`)))
    job.delete(`stubs/${tool}`);
  job.stub("docker", "").stub("buildkite-agent", 'cat >"$FAKE/redacted.json"');
  const outcome = job.hook("environment", realTools());
  expect([outcome.code, outcome.log]).toEqual([0, expect.not.stringContaining("warning")]);
  afterwards = outcome.environment;
});
afterAll(async () => {
  job.remove();
  await emulator.stop();
});

test("environment files apply from root to pipeline, and know the job", () => {
  expect(afterwards).toMatchObject({ A: "root", B: "web", DB_PASSWORD: "from env", WHERE: "web" });
});

test.each(Object.entries(hostile))("the secret file %s arrives as it was uploaded", (name, content) => {
  expect(afterwards[`${name}_TOKEN`]).toBe(content);
});

test("objects that KMS encrypts arrive, and those on the last of several pages", () => {
  expect(afterwards).toMatchObject({ KMS_SECRET: "encrypted", LAST_TOKEN: "last" });
});

test("other pipelines' secrets and folders with like names stay out", () => {
  expect(Object.keys(afterwards).filter((name) => ["THEIR_TOKEN", "OLD_TOKEN"].includes(name))).toEqual([]);
});

test("both keys are in an ssh-agent that the job can use", () => {
  const { stdout } = spawnSync("ssh-add", ["-l"], { env: afterwards, encoding: "utf8" });
  expect(stdout.match(/SHA256:\S+/g)).toEqual([keys.pipeline.fingerprint, keys.root.fingerprint]);
});

/** What Git would send to a host. */
function credential(host: string): string {
  const child = spawnSync("git", ["credential", "fill"], {
    env: { ...afterwards, FAKE: job.fake, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1", HOME: "/nonexistent" },
    input: `protocol=https\nhost=${host}\n\n`,
    encoding: "utf8",
  });
  return child.status === 0 ? child.stdout.replace(/^(protocol|host)=.*\n/gm, "") : "none";
}

test.each([
  { host: "github.com", gives: "username=root\npassword=r@t\n" },
  { host: "git.example.com", gives: "username=other\npassword=word\n" },
  { host: "only.example.com:8443", gives: "username=only\npassword=web\n" },
  { host: "only.example.com", gives: "none" },
  { host: "evil.com", gives: "none" },
  { host: "github.com.evil.com", gives: "none" },
])("Git has for $host: $gives", ({ host, gives }) => {
  expect(credential(host)).toBe(gives);
});

test("the agent is given every secret to redact, as JSON", () => {
  const told = JSON.parse(job.read("fake/redacted.json")) as Record<string, string>;
  expect(told).toMatchObject({
    DB_PASSWORD: "from env",
    SUBSTITUTION_TOKEN: hostile.SUBSTITUTION,
    LINES_TOKEN: hostile.LINES,
  });
  expect(told).not.toHaveProperty("A");
});

test("a bucket that is not there refuses the job without naming it", () => {
  job.settings({ BUILDKITE_SECRETS_BUCKET: "not-our-secrets" });
  const { code, log } = job.hook("environment", realTools());
  expect(code).toBe(53);
  expect(log).toContain("The secrets bucket could not be read: NoSuchBucket");
  expect(log).not.toContain("not-our-secrets");
});

test("after the job its ssh-agent is gone", () => {
  const pid = afterwards["BUILDKITE_SECRETS_SSH_AGENT_PID"]!;
  expect(spawnSync("kill", ["-0", pid]).status).toBe(0);
  expect(job.hook("pre-exit", afterwards).code).toBe(0);
  const end = `for _ in {1..3000}; do kill -0 ${pid} || exit 0; sleep 0.1; done; exit 1`;
  expect(spawnSync("bash", ["-c", end]).status).toBe(0);
  expect(spawnSync("ssh-add", ["-l"], { env: afterwards }).status).toBe(2);
});
