import { table } from "../../../src/elastic-ci-stack/inputs/table";
import { imageInputs as rows } from "../../harness/image/image-inputs";
import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

describe("the table of inputs", () => {
  test("has the 65 inputs of the original's scripts, each once and with its own value", () => {
    expect(rows).toHaveLength(65);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(65);
    expect(rows.filter(({ name, expanded }) => name !== expanded)).toEqual([]);
  });

  const ofStack = table.names
    .map((input) => [input, table.row(input)] as const)
    .filter(([, row]) => row.env && row.platforms?.includes("linux") !== false);
  // Only these have a different default here, or are checked by a script of the user data.
  const elsewhere = ["agent_endpoint", "allowed_pipelines", "allowed_repositories", "allowed_branches"];
  test("has the defaults of the stack", () => {
    const here = new Map(rows.map((row) => [row.name, row.default]));
    const there = ofStack.filter(([input]) => !elsewhere.includes(input));
    expect(there.map(([input, row]) => [input, here.get(row.env!)])).toEqual(
      there.map(([input, row]) => [input, String(row.default)]),
    );
    expect(there.length).toBeGreaterThan(50);
  });

  test.each([0, 1, 2, 5, 16])("takes choice %i of every input that the stack gives choices for", (index) => {
    const chosen = ofStack.map(([, row]) => [row.env!, String(row.choices?.at(index) ?? row.default)]);
    expect(machine.mount(Object.fromEntries(chosen) as Record<string, string>).log).not.toContain("wrong input");
  });
});

describe("inputs that are missing", () => {
  test.each(["absent", "empty"])("%s: every part of the boot runs to its end", (how) => {
    const environment = Object.fromEntries(how === "empty" ? rows.map(({ name }) => [name, ""]) : []);
    for (const part of [machine.mount, machine.docker, machine.install]) {
      const outcome = part(environment);
      expect([outcome.code, outcome.log]).toEqual([0, expect.not.stringMatching(/failed|unbound/)]);
    }
    expect(machine.read("var/log/elastic-stack-bootstrap-status")).toBe("Completed\n");
  });
});

/** One value per row that the input must not have, and what is said about it. */
const wrong: readonly (readonly [string, string, string])[] = [
  ["BUILDKITE_ENABLE_INSTANCE_STORAGE", "yes", "must be true or false, not 'yes'"],
  ["BUILDKITE_MOUNT_TMPFS_AT_TMP", "True", "must be true or false"],
  ["BUILDKITE_AGENTS_PER_INSTANCE", "0", "must be a whole number above 0"],
  ["BUILDKITE_SCALE_IN_IDLE_PERIOD", "010", "must be a whole number"],
  ["BUILDKITE_SCALE_IN_IDLE_PERIOD", "a[$(touch $FAKE/executed)]", "must be a whole number"],
  ["BUILDKITE_AGENT_CANCEL_GRACE_PERIOD", "a[$(touch $FAKE/executed)]", "must be a whole number above 0"],
  ["BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS", "-2", "must be -1 or a whole number"],
  ["BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS", "60", "must be below BUILDKITE_AGENT_CANCEL_GRACE_PERIOD"],
  ["BUILDKITE_QUEUE", "deploy\nspawn=9", "has a control character"],
  ["BUILDKITE_QUEUE", "deploy\u001b[31m", "has a control character"],
  ["BUILDKITE_QUEUE", "deploy,os=linux", "must be text without commas"],
  ["BUILDKITE_QUEUE", 'a "quoted" word', "the agent's tags have quotes"],
  ["BUILDKITE_AGENT_TAGS", "a=1#2,b='3'", "the agent's tags have quotes"],
  ["BUILDKITE_AGENT_EXPERIMENTS", "'a'", "has quotes"],
  ["BUILDKITE_AGENT_ENDPOINT", "ftp://example.com", "must be a URL"],
  ["BUILDKITE_AGENT_RELEASE", "../../bin/sh", "must be one of stable|beta|edge|oldstable"],
  ["BUILDKITE_AGENT_TRACING_BACKEND", "none", "must be one of datadog|opentelemetry"],
  ["BUILDKITE_AGENT_TOKEN_PATH", "--debug", "must be the path or the ARN of an SSM parameter"],
  ["BUILDKITE_GIT_MIRROR_SEED_BUCKET", "s3://bucket", "must be the name of a bucket"],
  [
    "BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT",
    "http://example.com/x?signature=hidden",
    "must be a URL that begins with s3://",
  ],
  ["BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT", "ssm:/x", "must be a URL that begins with s3://"],
  ["BUILDKITE_ENV_FILE_URL", "http://example.com/x?signature=hidden", "must be a URL that begins with s3://, ssm:/"],
  ["BUILDKITE_AUTHORIZED_USERS_URL", "https://x y", "must be a URL that begins with s3://"],
  [
    "BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS",
    "/bin/true,cat",
    "must have absolute paths (or ALL) between commas, not 'cat'",
  ],
  ["BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS", "/bin/passwd root # me", "must have a backslash before #, : and = in"],
  [
    "BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS",
    "/bin/true : ALL=NOPASSWD\\: ALL",
    "must have a backslash before #, : and = in",
  ],
  ["BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS", "/bin/a=b", "must have a backslash before #, : and = in"],
  ["BUILDKITE_AGENT_TOKEN_PATH", "file:///etc/passwd", "must be the path or the ARN of an SSM parameter"],
  ["BUILDKITE_QUEUE", " deploy", "must be text without commas and without blanks at its ends"],
  ["BUILDKITE_QUEUE", "   ", "must be text without commas and without blanks at its ends"],
  ["BUILDKITE_S3_ACL", "two words", "must be a single word"],
  ["DOCKER_NETWORKING_PROTOCOL", "ipv6", "must be one of ipv4|dualstack"],
  ["DOCKER_IPV4_ADDRESS_POOL_1", "172.17.0.256/12", "must be an IPv4 range"],
  ["DOCKER_IPV6_ADDRESS_POOL", 'fd00::/64"', "must be an IPv6 range"],
  ["DOCKER_PRUNE_UNTIL", "4 hours", "must be an age"],
  ["RESOURCE_LIMITS_MEMORY_MAX", "90%\nExecStart=/bin/sh", "has a control character"],
  ["RESOURCE_LIMITS_MEMORY_HIGH", "0%", "must be bytes such as 4G"],
  ["RESOURCE_LIMITS_MEMORY_HIGH", "0", "must be bytes such as 4G, a percentage such as 90%, both above 0"],
  ["RESOURCE_LIMITS_MEMORY_MAX", "00G", "must be bytes such as 4G, a percentage such as 90%, both above 0"],
  ["RESOURCE_LIMITS_CPU_QUOTA", "half", "must be a percentage"],
  ["RESOURCE_LIMITS_CPU_QUOTA", "0%", "must be a percentage above 0"],
  ["RESOURCE_LIMITS_IO_WEIGHT", "10001", "must be a whole number from 1 to 10000"],
  ["EC2_LOG_RETENTION_DAYS", "1e3", "must be a whole number above 0"],
];

describe("a wrong input", () => {
  test.each(wrong)(
    "%s %j is reported by the first part of the boot, before anything is changed",
    (name, value, says) => {
      const before = machine.snapshot("etc", "usr");
      const outcome = machine.mount({ BUILDKITE_ENABLE_INSTANCE_STORAGE: "true", [name]: value });
      expect(outcome).toMatchObject({ code: 1, calls: [] });
      expect(outcome.log).toMatch(new RegExp(`^wrong input: .*${says.replace(/[()|]/g, "\\$&")}`, "m"));
      expect(outcome.log).not.toContain("hidden");
      expect(machine.snapshot("etc", "usr")).toEqual(before);
      expect(machine.read("fake/executed")).toBe("");
    },
  );

  test("does not hide the others", () => {
    const { log } = machine.mount({ BUILDKITE_QUEUE: "a,b", DOCKER_USERNS_REMAP: "no", EC2_LOG_RETENTION_DAYS: "-1" });
    expect(log.match(/^wrong input: \w+/gm)).toEqual([
      "wrong input: EC2_LOG_RETENTION_DAYS",
      "wrong input: DOCKER_USERNS_REMAP",
      "wrong input: BUILDKITE_QUEUE",
    ]);
    expect(log).toContain("failed: 3 wrong inputs: ");
  });

  test("is what the last part reports, although cloud-init runs it after a failed one", () => {
    machine.mount({ BUILDKITE_QUEUE: "a,b" });
    const outcome = machine.install({ BUILDKITE_STACK_DEPLOYED_BY: "cloudformation", AWS_REGION: "eu-west-1" });
    expect(outcome.code).toBe(1);
    expect(outcome.calls).toContainEqual(
      expect.stringMatching(/^cfn-signal .*--reason 1 wrong inputs: BUILDKITE_QUEUE/),
    );
    expect(outcome.calls).not.toContainEqual(expect.stringContaining("buildkite-agent.service"));
  });
});
