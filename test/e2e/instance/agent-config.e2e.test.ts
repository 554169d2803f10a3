import { readAgentConfig } from "../../harness/image/agent-cfg";
import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

/** The configuration that an agent of a major version gets. */
function configure(environment: Readonly<Record<string, string>>, major = 3): Record<string, string> {
  const code = `begin_part; read_inputs
    render_agent_config ${major} i-0123456789abcdef0 27.5.1 <<<the-secret-token >"$root/cfg"
    unsupported_by_v4`;
  const outcome = machine.call(["agent-config.sh"], code, environment);
  expect([outcome.code, outcome.log]).toEqual([0, expect.anything()]);
  return Object.fromEntries(readAgentConfig(machine.read("cfg")));
}

const everywhere = {
  name: "buildkite-i-0123456789abcdef0-%spawn",
  token: "the-secret-token",
  tags: "queue=default,docker=27.5.1,stack=buildkite,buildkite-aws-stack=unknown,stack-deployed-by=unknown",
  "tags-from-ec2-meta-data": "true",
  "no-color": "true",
  endpoint: "https://agent-edge.buildkite.com/v3",
  spawn: "1",
  "hooks-path": "/etc/buildkite-agent/hooks",
  "build-path": "/var/lib/buildkite-agent/builds",
  "plugins-path": "/var/lib/buildkite-agent/plugins",
  "disconnect-after-job": "false",
  "disconnect-after-idle-timeout": "600",
  "disconnect-after-uptime": "0",
  "verification-failure-behavior": "block",
};
const ofV3 = {
  "cancel-grace-period": "60",
  "signal-grace-period-seconds": "-1",
  "timestamp-lines": "false",
  "no-ansi-timestamps": "false",
};
const ofV4 = { "cancel-signal-timeout": "59s", "cancel-cleanup-timeout": "1s" };

describe("the agent's configuration", () => {
  test("by default, for agent 3", () => {
    expect(configure({})).toEqual({ ...everywhere, ...ofV3 });
  });

  test("by default, for agent 4: none of the keys that it has given up", () => {
    expect(configure({}, 4)).toEqual({ ...everywhere, ...ofV4 });
  });

  const both: { input: string; value: string; key: string; content?: string }[] = [
    { input: "BUILDKITE_STACK_NAME", value: "ci", key: "name", content: "ci-i-0123456789abcdef0-%spawn" },
    { input: "BUILDKITE_AGENT_ENDPOINT", value: "https://agent.example.com/v3", key: "endpoint" },
    { input: "BUILDKITE_AGENTS_PER_INSTANCE", value: "4", key: "spawn" },
    { input: "BUILDKITE_AGENT_EXPERIMENTS", value: "one,two", key: "experiment" },
    { input: "BUILDKITE_SCALE_IN_IDLE_PERIOD", value: "90", key: "disconnect-after-idle-timeout" },
    { input: "BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB", value: "true", key: "disconnect-after-job" },
    { input: "BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME", value: "86400", key: "disconnect-after-uptime" },
    {
      input: "BUILDKITE_AGENT_SIGNING_KMS_KEY",
      value: "arn:aws:kms:eu-west-1:123456789012:key/1",
      key: "signing-aws-kms-key",
    },
    { input: "BUILDKITE_AGENT_SIGNING_KEY_ID", value: "key-1", key: "signing-jwks-key-id" },
    {
      input: "BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR",
      value: "warn",
      key: "verification-failure-behavior",
    },
    {
      input: "BUILDKITE_AGENT_ENABLE_GIT_MIRRORS",
      value: "true",
      key: "git-mirrors-path",
      content: "/var/lib/buildkite-agent/git-mirrors",
    },
  ];
  test.each(both)("$input is $key, for both", ({ input, value, key, content = value }) => {
    expect(configure({ [input]: value })).toEqual({ ...everywhere, ...ofV3, [key]: content, ...tagsOf(input, value) });
    expect(configure({ [input]: value }, 4)).toMatchObject({ [key]: content });
  });

  const grace: { given: [string, string]; three: Record<string, string>; four: [string, string] }[] = [
    { given: ["60", "-1"], three: {}, four: ["59s", "1s"] },
    {
      given: ["300", "200"],
      three: { "cancel-grace-period": "300", "signal-grace-period-seconds": "200" },
      four: ["200s", "100s"],
    },
    { given: ["1", "-1"], three: { "cancel-grace-period": "1" }, four: ["0s", "1s"] },
    {
      given: ["10", "0"],
      three: { "cancel-grace-period": "10", "signal-grace-period-seconds": "0" },
      four: ["0s", "10s"],
    },
  ];
  test.each(grace)("grace periods $given mean the same to both", ({ given, three, four }) => {
    const environment = {
      BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: given[0],
      BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS: given[1],
    };
    expect(configure(environment)).toEqual({ ...everywhere, ...ofV3, ...three });
    const keys = { "cancel-signal-timeout": four[0], "cancel-cleanup-timeout": four[1] };
    expect(configure(environment, 4)).toEqual({ ...everywhere, ...keys });
  });

  test("tracing and timestamps where the version knows them, and a line in the log where not", () => {
    const environment = { BUILDKITE_AGENT_TRACING_BACKEND: "datadog", BUILDKITE_AGENT_TIMESTAMP_LINES: "true" };
    expect(configure(environment)).toMatchObject({
      "tracing-backend": "datadog",
      "timestamp-lines": "true",
      "no-ansi-timestamps": "true",
    });
    expect(configure(environment, 4)).toEqual({ ...everywhere, ...ofV4 });
    const log = machine.read("var/log/elastic-stack.log");
    expect(new Set(log.match(/BUILDKITE_AGENT_\w+ is ignored/g)).size).toBe(2);
  });

  test("OpenTelemetry has another key in agent 4", () => {
    expect(configure({ BUILDKITE_AGENT_TRACING_BACKEND: "opentelemetry" }, 4)).toHaveProperty(
      "opentelemetry-tracing",
      "true",
    );
  });

  test("tags: the stack's own come last, without the blanks around them", () => {
    const { tags } = configure({
      BUILDKITE_QUEUE: "deploy",
      BUILDKITE_STACK_NAME: "ci",
      BUILDKITE_STACK_VERSION: "v1",
      BUILDKITE_STACK_DEPLOYED_BY: "terraform",
      BUILDKITE_AGENT_TAGS: " os=linux , ,team=a b",
    });
    expect(tags).toBe(
      "queue=deploy,docker=27.5.1,stack=ci,buildkite-aws-stack=v1,stack-deployed-by=terraform,os=linux,team=a b",
    );
  });
});

function tagsOf(input: string, value: string): Record<string, string> {
  return input === "BUILDKITE_STACK_NAME" ? { tags: everywhere.tags.replace("stack=buildkite", `stack=${value}`) } : {};
}

describe("hostile text", () => {
  const hostile = [
    "$(touch $FAKE/executed)",
    "`touch $FAKE/executed`",
    "${HOME} $$ $PATH",
    "it's one quote",
    'one " quote',
    "a # comment",
    "# at the start",
    'back\\slash \\n \\"',
    "; touch executed & | > <",
    "%s %d %n",
    "* ? [a-z] ~",
    "Grüße 日本語 🚀",
    "export spawn=9",
    "a: b = c",
    "-n",
    "x".repeat(2000),
  ];
  test.each(hostile)("%j reaches the agent unchanged, and nothing is executed", (value) => {
    const config = configure({ BUILDKITE_QUEUE: value });
    expect(config["tags"]?.split(",")[0]).toBe(`queue=${value}`);
    expect(Object.keys(config)).toHaveLength(Object.keys({ ...everywhere, ...ofV3 }).length);
    expect(machine.read("fake/executed")).toBe("");
  });

  test("a token with a control character is refused, and is not shown", () => {
    const outcome = machine.parameter("/buildkite/buildkite/agent-token", "sec\u0007ret").install();
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain("failed: token has a character that the agent's configuration cannot hold");
    expect(outcome.log).not.toContain("sec");
  });
});
