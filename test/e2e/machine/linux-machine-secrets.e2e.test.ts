import { Cloud, SECRETS_BUCKET } from "../../harness/sandbox/cloud";
import { eventually } from "../../harness/sandbox/eventually";
import { Sandbox } from "../../harness/sandbox/sandbox";
import { plain, sshKey } from "../../harness/sandbox/scene";
import { AwsError } from "../../harness/aws-wire/answers";

/** Secrets of jobs on a booted machine: its hooks, the real aws, jq, git and ssh-agent, and a bucket that has its moods. */
let cloud: Cloud;
let machine: Sandbox;

const upload = (objects: Readonly<Record<string, string>>) =>
  Promise.all(
    Object.entries(objects).map(([key, content]) => cloud.emulator.upload(SECRETS_BUCKET, key, Buffer.from(content))),
  );

beforeAll(async () => {
  cloud = await Cloud.withoutTerraform({ ...plain, buildkite_agent_token: "token" });
  await upload({ env: "ROOT=1\nBOTH=root", "secret-files/SHARED_TOKEN": "root-secret-7f3a" });
  machine = await Sandbox.start({ cloud, speed: 20 });
  expect(await machine.boot({ traced: true })).toMatchObject({ code: 0 });
  machine.calm();
});
afterAll(async () => {
  await machine.stop();
  await cloud.stop();
});

interface Row {
  readonly title: string;
  /** Below the pipeline's own folder, whose name is `web`. */
  readonly own?: Readonly<Record<string, string>>;
  readonly others?: Readonly<Record<string, string>>;
  /** Below it too: how each of them is encrypted. */
  readonly encrypted?: Readonly<Record<string, string>>;
  readonly job?: Readonly<Record<string, string>>;
  readonly spoil?: () => unknown;
  /** What the job has then, undefined for what it must not have. */
  readonly has?: Readonly<Record<string, string | undefined>>;
  readonly says?: string;
  /** The job is refused. */
  readonly refused?: true;
}

const denied = new AwsError("AccessDenied", "no", 403);
const broken = new AwsError("InternalError", "try again", 500);
const TAIL = /GET .*TAIL_TOKEN/;
const LIST = /GET \/[a-z-]+\?/;
const tail = { own: { "secret-files/TAIL_TOKEN": "tail-secret-91c2" } };
const all = { has: { ROOT: "1", SHARED_TOKEN: "root-secret-7f3a", TAIL_TOKEN: "tail-secret-91c2" } };

const content: readonly Row[] = [
  { title: "the root's objects alone", has: { ROOT: "1", BOTH: "root", SHARED_TOKEN: "root-secret-7f3a" } },
  {
    title: "the pipeline's objects win over the root's",
    own: { env: "BOTH=own\n", "secret-files/SHARED_TOKEN": "own-secret-55d0" },
    has: { ROOT: "1", BOTH: "own", SHARED_TOKEN: "own-secret-55d0" },
  },
  {
    title: "an environment file of either name, the second over the first",
    own: { env: "A=env\nB=env", environment: "B=environment" },
    has: { A: "env", B: "environment" },
  },
  {
    title: "another pipeline's objects stay out",
    others: { "api/env": "OTHERS=1", "web-2/secret-files/OTHER_TOKEN": "other", "web/other/env": "DEEPER=1" },
    has: { OTHERS: undefined, OTHER_TOKEN: undefined, DEEPER: undefined },
  },
  {
    title: "another prefix, in place of the pipeline's",
    own: { env: "FROM=web" },
    others: { "teams/ci/env": "FROM=teams/ci" },
    job: { BUILDKITE_PLUGIN_S3_SECRETS_BUCKET_PREFIX: "teams/ci/" },
    has: { FROM: "teams/ci", ROOT: "1" },
  },
  {
    title: "a prefix that would run something",
    job: { BUILDKITE_PLUGIN_S3_SECRETS_BUCKET_PREFIX: "$(touch /tmp/canary)" },
    says: "The secrets' prefix must be folders",
    refused: true,
  },
  {
    title: "objects that KMS encrypts, and S3",
    encrypted: { "secret-files/KMS_SECRET": "aws:kms", "secret-files/S3_SECRET": "AES256" },
    has: { KMS_SECRET: "encrypted-secret-aws:kms", S3_SECRET: "encrypted-secret-AES256" },
  },
  {
    title: "an environment file with several lines, dollars, quotes, arithmetic and no line break at its end",
    own: {
      env: `LINES='one\ntwo'\nDOLLAR='$HOME $(id)'\nQUOTES="it's \\"so\\""\nSUM=$((1 + 1))\nexport LAST=\`echo x\``,
    },
    has: { LINES: "one\ntwo", DOLLAR: "$HOME $(id)", QUOTES: `it's "so"`, SUM: "2", LAST: "x" },
  },
  {
    title: "secret files as they are, but for one line break at the end",
    own: { "secret-files/RAW_SECRET": "$(id) `id` 'x' \"y\" \\n\nend\n\n", "secret-files/EMPTY_TOKEN": "" },
    has: { RAW_SECRET: "$(id) `id` 'x' \"y\" \\n\nend\n", EMPTY_TOKEN: "" },
  },
];

const moods: readonly Row[] = [
  {
    title: "an object that may not be read is named, and the others are there",
    ...tail,
    spoil: () => machine.aws.break(TAIL, { error: denied }),
    says: "may not read the secret web/secret-files/TAIL_TOKEN",
    has: { ...all.has, TAIL_TOKEN: undefined },
  },
  {
    title: "a bucket that may not be listed",
    spoil: () => machine.aws.break(LIST, { error: denied }),
    says: "The secrets bucket could not be read: AccessDenied",
    refused: true,
  },
  {
    title: "a bucket that is not there",
    spoil: () => machine.aws.break(LIST, { error: new AwsError("NoSuchBucket", SECRETS_BUCKET, 404) }),
    says: "The secrets bucket could not be read: NoSuchBucket",
    refused: true,
  },
  {
    title: "metadata that gives the instance's keys late",
    ...tail,
    ...all,
    spoil: () => machine.imds.break("late", /security-credentials/),
  },
  { title: "S3 that is slow", ...tail, ...all, spoil: () => machine.aws.break(/GET/, { delayMs: 1500 }) },
  {
    title: "S3 that fails for a while",
    ...tail,
    ...all,
    spoil: () => machine.aws.break(TAIL, { error: broken }, { times: 2 }),
  },
  {
    title: "S3 that cuts a connection",
    ...tail,
    ...all,
    spoil: () => machine.aws.break(TAIL, { delivery: "reset" }, { times: 1 }),
  },
  {
    title: "S3 that fails for ever",
    ...tail,
    spoil: () => machine.aws.break(TAIL, { error: broken }),
    says: "The secret web/secret-files/TAIL_TOKEN could not be fetched: InternalError",
    refused: true,
  },
  {
    title: "S3 that never answers",
    spoil: () => machine.aws.break(LIST, { delivery: "hung" }),
    says: "The secrets bucket could not be read: no answer",
    refused: true,
  },
  {
    title: "S3 that never gives one object",
    ...tail,
    spoil: () => machine.aws.break(TAIL, { delivery: "hung" }),
    says: "The secret web/secret-files/TAIL_TOKEN could not be fetched: no answer",
    refused: true,
  },
];

/** Lets a pipeline of this row's own have the objects of `web`. */
async function runRow(row: Row, number: number) {
  const own = Object.entries(row.own ?? {}).map(([key, text]) => [`row-${number}/${key}`, text]);
  await upload({ ...Object.fromEntries(own), ...row.others });
  for (const [key, how] of Object.entries(row.encrypted ?? {})) {
    const object = { Bucket: SECRETS_BUCKET, Key: `row-${number}/${key}`, Body: `encrypted-secret-${how}` };
    await cloud.emulator.aws("s3", "put_object", { ...object, ServerSideEncryption: how });
  }
  row.spoil?.();
  try {
    const job = await machine.job({ BUILDKITE_PIPELINE_SLUG: `row-${number}`, ...row.job });
    return { ...job, log: job.log.replaceAll(`row-${number}`, "web") };
  } finally {
    machine.aws.mend();
    machine.imds.mend();
  }
}

test.each([...content, ...moods].map((row, number) => ({ ...row, number })))("$title", async ({ number, ...row }) => {
  const job = await runRow(row, number);
  expect([job.code, job.log]).toEqual([row.refused ? 53 : 0, expect.stringContaining(row.says ?? "")]);
  expect(job.phases.includes("command")).toBe(!row.refused);
  for (const [name, text] of Object.entries(row.has ?? {})) expect([name, job.environment[name]]).toEqual([name, text]);
  expect(job.log).not.toMatch(new RegExp(`-secret-|${SECRETS_BUCKET}`));
  expect((await machine.run("ls /tmp/canary")).code).not.toBe(0);
});

test("the root's key and the pipeline's are in an ssh-agent that the job can use, and that ends with the job", async () => {
  await upload({ private_ssh_key: sshKey(), "keys/private_ssh_key": sshKey(), "keys/id_rsa_github": "no key\n" });
  const job = await machine.job({ BUILDKITE_PIPELINE_SLUG: "keys", BUILDKITE_COMMAND: "ssh-add -l" });
  expect([job.code, job.log.match(/SHA256:/g)?.length]).toEqual([0, 2]);
  expect(job.log).toContain("ssh-agent does not take the key keys/id_rsa_github");
  const pid = job.environment["BUILDKITE_SECRETS_SSH_AGENT_PID"]!;
  await machine.must(`for i in {1..5000}; do kill -0 ${pid} 2>/dev/null || exit 0; sleep 1; done; exit 1`);
});

const hosts = [
  { host: "a.example.com", gives: "username=a\npassword=git-secret-a\n" },
  { host: "b.example.com", gives: "username=b\npassword=git-secret-b\n" },
  { host: "b.example.com:8443", gives: "" },
  { host: "example.com", gives: "" },
  { host: "a.example.com.evil.com", gives: "" },
  { host: "evil.com/b.example.com", gives: "" },
];
test("Git has for each host that host's credentials, and nobody else's", async () => {
  const stored = "https://a:git-secret-a@a.example.com\nhttps://b:git-secret-b@b.example.com\n";
  await upload({ "git/git-credentials": stored });
  const ask = `for host in ${hosts.map(({ host }) => host).join(" ")}; do
    printf 'protocol=https\\nhost=%s\\n\\n' "$host" | GIT_TERMINAL_PROMPT=0 git credential fill 2>/dev/null | grep -v '^protocol\\|^host' || true
    echo "(end)"
  done`;
  const { log } = await machine.job({ BUILDKITE_PIPELINE_SLUG: "git", BUILDKITE_COMMAND: ask });
  expect(log).toContain(hosts.map(({ gives }) => `${gives}(end)\n`).join(""));
});

test("the agent is told every secret on standard input; no program has one as an argument, no log, no open file", async () => {
  const key = sshKey();
  const secrets = {
    PLAIN_TOKEN: "traced-secret-1",
    LINES_SECRET: 'traced-secret-2\n"x"',
    API_PASSWORD: "traced-secret-3",
  };
  await upload({
    "traced/env": `API_PASSWORD=${secrets.API_PASSWORD}`,
    "traced/secret-files/PLAIN_TOKEN": secrets.PLAIN_TOKEN,
    "traced/secret-files/LINES_SECRET": secrets.LINES_SECRET,
    "traced/git-credentials": "https://git:traced-secret-4@a.example.com\n",
    "traced/private_ssh_key": key,
  });
  const fill = "printf 'protocol=https\\nhost=a.example.com\\n\\n' | git credential fill >/dev/null";
  const job = await machine.queue({ BUILDKITE_PIPELINE_SLUG: "traced", BUILDKITE_COMMAND: fill }).ended();
  expect([job.code, job.environment]).toMatchObject([0, secrets]);
  const told = machine.calls("buildkite-agent").filter((call) => call.arguments.includes("redactor"));
  expect(JSON.parse(told.at(-1)!.input!)).toMatchObject(secrets);
  expect(machine.executions().filter((line) => line.includes("traced/secret-files")).length).toBeGreaterThan(0);
  await eventually(() => {
    expect(machine.executions().filter((line) => /traced-secret|PRIVATE KEY/.test(line))).toEqual([]);
  });
  expect(job.log).not.toMatch(/traced-secret|PRIVATE KEY/);
  // Everything that has been written since the machine began: on its disk, and in its memory.
  const written = "/run/sandbox/disk/changes /tmp /dev/shm $(find /run -mindepth 1 -maxdepth 1 ! -name sandbox)";
  const search = `grep -rlsF -e traced-secret -e "$line" ${written}`;
  const files = await machine.run(search, { env: { line: key.split("\n")[1]! } });
  expect([files.code, files.output]).toEqual([1, ""]);
});
