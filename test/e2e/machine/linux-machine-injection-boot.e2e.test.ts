import { Cloud, SECRETS_BUCKET } from "../../harness/sandbox/cloud";
import { Sandbox } from "../../harness/sandbox/sandbox";
import { LOGIN_KEY } from "../../harness/sandbox/scene";
import { settingsOf, withSettings } from "../../harness/sandbox/user-data";
import { CANARY, hostileValues } from "../../harness/hostile-values";

/** Terraform, user data, cloud-init, and whole boots of our own image, with whatever hostile text they take. */
/** Nothing that XML cannot carry, and of the queue no more than 256 characters: it is a tag of the instances too. */
const lines = Object.values(hostileValues).filter((value) => value !== "" && !/\p{Cc}/u.test(value));
const words = lines.filter((value) => !value.includes(" "));
/** Every fourth one, so that all of them together fit into user data. */
const share = (own: readonly string[], which: number) => own.filter((_, i) => i % 4 === which);

/** Input, setting, and its text. Terraform writes composed characters where a text has decomposed ones. */
const free = [
  [
    "buildkite_queue",
    "BUILDKITE_QUEUE",
    Array.from(share(lines, 0).join(" ").replaceAll(",", "")).slice(0, 250).join("").trim(),
  ],
  ["buildkite_agent_tags", "BUILDKITE_AGENT_TAGS", share(lines, 1).join(",").replaceAll("queue=", "q=")],
  ["buildkite_agent_experiments", "BUILDKITE_AGENT_EXPERIMENTS", share(lines, 2).join(",")],
  ["pipeline_signing_jwks_key_id", "BUILDKITE_AGENT_SIGNING_KEY_ID", share(lines, 3).join(" ")],
  ["buildkite_additional_sudo_permissions", "BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS", share(lines, 0).join(" ")],
  ["agent_env_file_url", "BUILDKITE_ENV_FILE_URL", `s3://x/${words.join("").replaceAll('"', "")}`],
].map(([input, setting, text]) => ({ input: input!, setting: setting!, text: text!.normalize("NFC") }));
const branches = share(words, 1).map((word) => word.normalize("NFC"));

const inputs = {
  buildkite_agent_token: "token",
  max_size: 99,
  allowed_branches: branches,
  ...Object.fromEntries(free.map(({ input, text }) => [input, text])),
};

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.apply(inputs);
});
afterAll(() => cloud.stop());

function checkSettings(userData: Buffer): void {
  const found = settingsOf(userData);
  for (const { setting, text } of free) expect([setting, found[setting]]).toEqual([setting, text]);
  expect(found["BUILDKITE_ALLOWED_BRANCHES"]).toBe(branches.join("\n"));
}

test("the module carries hostile text into the user data of its launch template", () => {
  expect(free.map(({ text }) => text).join("")).toContain("x".repeat(2000));
  checkSettings(cloud.userData);
});

test("so does the construct", async () => {
  const other = await Cloud.apply(inputs, "construct");
  try {
    checkSettings(other.userData);
  } finally {
    await other.stop();
  }
});

const harmless = {
  ...Object.fromEntries(free.map(({ setting }) => [setting, ""])),
  BUILDKITE_QUEUE: "default",
  BUILDKITE_ALLOWED_BRANCHES: "",
};
const key = `a;touch\${IFS}${CANARY};$(touch\${IFS}${CANARY})&'"\\é{x}[1]`;
const address = `s3://${SECRETS_BUCKET}/${key}`;

/** Settings that our image takes, all of them hostile at once. */
const hostile = {
  ...harmless,
  BUILDKITE_STACK_NAME: `it's $(touch ${CANARY}) \`touch ${CANARY}\` é; %d`,
  BUILDKITE_QUEUE: `$(touch ${CANARY}) & | > ${CANARY} \\ \${IFS} {{ x }} <%= 1 %> 🚀`,
  BUILDKITE_AGENT_TAGS: lines.filter((line) => /^[^,"'#]+$/.test(line) && line.trim() === line).join(","),
  BUILDKITE_AGENT_EXPERIMENTS: lines.filter((line) => !/["']|\\n/.test(line)).join(" "),
  BUILDKITE_AGENT_SIGNING_KEY_ID: lines
    .filter((line) => !line.includes("#"))
    .join(" ")
    .trim(),
  BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS: `/usr/bin/id -u, /usr/bin/true $(touch ${CANARY}) ; \`touch ${CANARY}\``,
  BUILDKITE_ENV_FILE_URL: `${address}.env`,
  BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: `${address}.sh`,
  BUILDKITE_AUTHORIZED_USERS_URL: `${address}.keys`,
  BUILDKITE_AGENT_ENDPOINT: `https://user:p$(touch\${IFS}${CANARY})@example.com/\`x\`?a=b&c`,
};

/** Files and commands of a hostile text's own. */
async function expectNothingDone(machine: Sandbox): Promise<void> {
  const found = await machine.must(`find /run/sandbox/disk/changes /run /tmp /dev -name ${CANARY}`);
  expect(found).toBe("");
  expect(machine.executions().filter((line) => new RegExp(`"touch", "${CANARY}`).test(line))).toEqual([]);
}

test("a whole boot with hostile text in all settings at once, and a job on it", async () => {
  const objects = {
    env: 'FROM_FILE="it\'s \\$(id)"\n',
    sh: "printf ran >/var/log/bootstrap-ran\n",
    keys: `${LOGIN_KEY}\n`,
  };
  for (const [name, content] of Object.entries(objects)) {
    await cloud.emulator.upload(SECRETS_BUCKET, `${encodeURIComponent(key)}.${name}`, Buffer.from(content));
  }
  await Sandbox.use({ cloud, userData: withSettings(cloud.userData, hostile), speed: 10 }, async (machine) => {
    const outcome = await machine.boot({ traced: true });
    expect([outcome.code, await machine.read("/var/log/elastic-stack.log")]).toEqual([0, expect.anything()]);
    const [start] = machine.calls("buildkite-agent").filter((call) => call.arguments[0] === "start");
    const { tags, ...config } = start!["config"] as Record<string, string>;
    expect(config).toMatchObject({
      name: `${hostile.BUILDKITE_STACK_NAME}-${machine.instance.id}-%spawn`,
      endpoint: hostile.BUILDKITE_AGENT_ENDPOINT,
      experiment: hostile.BUILDKITE_AGENT_EXPERIMENTS,
      "signing-jwks-key-id": hostile.BUILDKITE_AGENT_SIGNING_KEY_ID,
      spawn: "1",
    });
    const own = hostile.BUILDKITE_AGENT_TAGS.split(",");
    expect(tags!.split(",")[0]).toBe(`queue=${hostile.BUILDKITE_QUEUE}`);
    expect(tags!.split(",").slice(-own.length)).toEqual(own);
    expect(start!["environment"]).toMatchObject({ FROM_FILE: "it's $(id)" });
    expect(await machine.read("/var/log/bootstrap-ran")).toBe("ran");
    expect(await machine.read("/home/ec2-user/.ssh/authorized_keys")).toBe(`${LOGIN_KEY}\n`);
    const agent = { user: "buildkite-agent" } as const;
    expect(await machine.run("sudo -n id -u", agent)).toMatchObject({ code: 0, stdout: "0\n" });
    for (const command of ["sudo -n true", "sudo -n id", "sudo -n touch /x"]) {
      expect(await machine.run(command, agent)).toMatchObject({ code: 1 });
    }
    const job = await machine.queue({ BUILDKITE_COMMAND: "true" }).ended();
    expect(job).toMatchObject({ code: 0, environment: { BUILDKITE_STACK_NAME: hostile.BUILDKITE_STACK_NAME } });
    await expectNothingDone(machine);
  });
});

const refused: readonly (readonly [string, string])[] = [
  ["BUILDKITE_QUEUE", hostileValues["a setting of the agent"]!],
  ["BUILDKITE_QUEUE", "a\0PATH\0/tmp"],
  ["BUILDKITE_AGENT_TAGS", hostileValues["two double quotes"]!],
  ["BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS", hostileValues["a second privilege in sudoers"]!],
  ["BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS", hostileValues["a line that goes on in sudoers"]!],
  ["BUILDKITE_AGENT_TOKEN_PATH", hostileValues["a file that the AWS CLI reads"]!],
  ["DOCKER_FIXED_CIDR_V4", `10.0.0.0/8${hostileValues["the end of a JSON string"]!}`],
  ["RESOURCE_LIMITS_MEMORY_HIGH", `90%${hostileValues["a setting of a unit"]!}`],
  ["BUILDKITE_AGENT_CANCEL_GRACE_PERIOD", hostileValues["arithmetic"]!],
];

test.concurrent.each(refused)(
  "%s as %j: the boot ends and names it, no agent starts, the group is told",
  async (name, value) => {
    const userData = withSettings(cloud.userData, { ...harmless, [name]: value });
    await Sandbox.use({ cloud, userData, speed: 20 }, async (machine) => {
      expect((await machine.boot({ traced: true })).code).not.toBe(0);
      expect(await machine.read("/var/log/elastic-stack.log")).toMatch(new RegExp(`${name}\\b[^]*boot failed: `));
      expect(machine.commands("buildkite-agent").filter((one) => one.endsWith(" start"))).toEqual([]);
      expect(await machine.read("/etc/buildkite-agent/buildkite-agent.cfg")).not.toContain("spawn=9");
      expect((await machine.run("sudo -n true", { user: "buildkite-agent" })).code).toBe(1);
      expect(machine.aws.actions("autoscaling")).toContain("SetInstanceHealth");
      await expectNothingDone(machine);
    });
  },
);
