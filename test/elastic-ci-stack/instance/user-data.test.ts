import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { TOKEN } from "../../harness/synthesized";
import { decoded, files, settings, SETTINGS, userData } from "../../harness/user-data";
import { shipped } from "../../harness/userdata/machine";
import ofBuildkite from "./original-environment.json";

type Environment = Readonly<Record<string, string>>;

const repository = join(__dirname, "../../..");

/** What an instance's own scripts hold, beside those of Buildkite's image. */
function scripts(...folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((folder) => readdirSync(join(repository, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== "inputs.generated.sh")
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

const ours = {
  linux: [...scripts("userdata/linux"), ...scripts("packer/linux/stack/files")],
  windows: scripts("userdata/windows"),
};

test.each(["linux", "windows"] as const)(
  "on %s the scripts of Buildkite's image get every name that they read",
  (system) => {
    const names = Object.keys(settings({ instanceOperatingSystem: system }));
    expect(ofBuildkite[system].filter((name) => !names.includes(name))).toEqual([]);
  },
);

test.each(["linux", "windows"] as const)("on %s every name in the settings is read by a script", (system) => {
  const names = Object.keys(settings({ instanceOperatingSystem: system }));
  const isRead = (name: string) => ours[system].some((script) => new RegExp(`\\b${name}\\b`).test(script));
  expect(names.filter((name) => !ofBuildkite[system].includes(name) && !isRead(name))).toEqual([]);
});

/** The scripts of jobs also read what the agent sets. */
const ofBoot = [
  ...scripts("userdata/linux").filter((script) => !script.includes("BUILDKITE_COMMIT")),
  ...ours.linux.filter((script) => /\/(inputs|agent-config)\.sh"$/m.test(script)),
];
const OF_BASH = /^(BASH_\w+|LINENO|PATH|REPLY|ELASTIC_STACK_ROOT)$/;
/** What the agent tells its hooks. */
const OF_AGENT = /^(BUILDKITE_ENV_JSON_FILE|BUILDKITE_JOB_ID|TMPDIR)$/;

test.each([
  ["linux", ofBoot, /\$\{?([A-Z][A-Z0-9_]+)/g],
  ["windows", ours.windows, /\$(?:settings\.|env:)([A-Z][A-Z0-9_]+)/g],
] as const)("on %s every name that our own boot reads is set", (system, boot, reading) => {
  const names = Object.keys(settings({ instanceOperatingSystem: system }));
  const read = boot.flatMap((script) => [...script.matchAll(reading)]).map(([, name]) => name!);
  expect(read.length).toBeGreaterThan(3);
  expect(read.filter((name) => !names.includes(name) && !OF_BASH.test(name) && !OF_AGENT.test(name))).toEqual([]);
});

test.each(["linux", "windows"] as const)("on %s every setting is text, also where it is empty", (system) => {
  const texts = Object.values(settings({ instanceOperatingSystem: system }));
  expect(texts.filter((content) => typeof content !== "string")).toEqual([]);
});

const HOSTILE = {
  stackName: "builders",
  buildkiteQueue: "queue $(id) `id` ; & \"quoted\" 'single' ' ${x} %{x}",
  buildkiteAgentTags: "a='b',c=$d",
  bootstrapScriptUrl: "https://example.com/boot?a=b&c='d'$e",
  buildkiteAdditionalSudoPermissions: "/usr/bin/a 'b' \"c\"",
};

test.each(["linux", "windows"] as const)(
  "on %s values stand in one document beside scripts that never change",
  (system) => {
    const withoutSettings = (props: Partial<ElasticCiStackProps>) =>
      userData({ ...props, instanceOperatingSystem: system }).replace(SETTINGS[system], "");
    expect(withoutSettings(HOSTILE)).toBe(withoutSettings({}));
  },
);

test("values reach the instance as they were given", () => {
  expect(settings(HOSTILE)).toMatchObject({
    BUILDKITE_QUEUE: HOSTILE.buildkiteQueue,
    BUILDKITE_AGENT_TAGS: HOSTILE.buildkiteAgentTags,
    BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: HOSTILE.bootstrapScriptUrl,
    BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS: HOSTILE.buildkiteAdditionalSudoPermissions,
  });
});

test.each<[string, Partial<ElasticCiStackProps>, Environment]>([
  [
    "what the stack makes",
    { pipelineSigningKmsKeySpec: "ECC_NIST_P256" },
    {
      ASG_NAME: "buildkite-stack-0a1b2c3d-asg",
      LIFECYCLE_HOOK_NAME: "buildkite-stack-0a1b2c3d-terminating-hook",
      BUILDKITE_AGENT_TOKEN_PATH: "/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d/agent-token",
      BUILDKITE_SECRETS_BUCKET: "buildkite-stack-0a1b2c3d-secrets",
      BUILDKITE_SECRETS_BUCKET_REGION: "us-east-1",
      BUILDKITE_AGENT_SIGNING_KMS_KEY:
        "arn:aws:kms:us-east-1:123456789012:alias/buildkite-stack-0a1b2c3d-pipeline-signing",
    },
  ],
  [
    "what exists already",
    {
      buildkiteAgentTokenParameterStorePath: "/ci/token",
      secretsBucket: "our-secrets",
      secretsBucketRegion: "eu-west-1",
      pipelineSigningKmsKeyId: "1234abcd",
    },
    {
      BUILDKITE_AGENT_TOKEN_PATH: "/ci/token",
      BUILDKITE_SECRETS_BUCKET: "our-secrets",
      BUILDKITE_SECRETS_BUCKET_REGION: "eu-west-1",
      BUILDKITE_AGENT_SIGNING_KMS_KEY: "arn:aws:kms:us-east-1:123456789012:key/1234abcd",
    },
  ],
  [
    "a bucket for artifacts elsewhere",
    { artifactsBucket: "artifacts", artifactsBucketRegion: "eu-west-1" },
    { BUILDKITE_S3_DEFAULT_REGION: "eu-west-1" },
  ],
  [
    "a region without a bucket for artifacts",
    { artifactsBucketRegion: "eu-west-1" },
    { BUILDKITE_S3_DEFAULT_REGION: "us-east-1" },
  ],
  [
    "no secrets plugin",
    { enableSecretsPlugin: false },
    { BUILDKITE_SECRETS_BUCKET: "", SECRETS_PLUGIN_ENABLED: "false" },
  ],
])("instances get %s", (_, props, expected) => {
  expect(settings(props)).toMatchObject(expected);
});

test.each([
  ["4g", "4G"],
  ["512k", "512K"],
  ["90%", "90%"],
  ["infinity", "infinity"],
])("a limit of memory of %s reaches systemd as %s: it knows units in upper case only", (given, written) => {
  expect(
    settings({ resourceLimitsMemoryHigh: given, resourceLimitsMemoryMax: given, resourceLimitsMemorySwapMax: given }),
  ).toMatchObject({
    RESOURCE_LIMITS_MEMORY_HIGH: written,
    RESOURCE_LIMITS_MEMORY_MAX: written,
    RESOURCE_LIMITS_MEMORY_SWAP_MAX: written,
  });
});

test.each(["linux", "windows"] as const)("on %s the agent token is not in the user data", (system) => {
  const whole = userData({ instanceOperatingSystem: system });
  expect(whole + decoded(SETTINGS[system].exec(whole)![1]!)).not.toContain(TOKEN);
});

test("Linux runs the boot script at every boot, as Windows does not", () => {
  expect(userData({})).toContain('"cloud_final_modules":[["scripts-user","always"]]');
  expect(userData({ instanceOperatingSystem: "windows" })).toMatch(/^<powershell>\n[^]*<\/powershell>\n$/);
});

test("every part of the Linux user data has a blank line between its head and its body", () => {
  const [, ...parts] = userData({}).split(/^--==[^\n]+==\n/m);
  expect(
    parts.map((part) =>
      part
        .split("\n")
        .filter((line) => !line.startsWith("Merge-Type: "))
        .slice(0, 3)
        .map((line, i) => (i === 0 ? line.split(";")[0] : line)),
    ),
  ).toEqual([
    ["Content-Type: text/cloud-config", "", "#cloud-config"],
    ["Content-Type: text/x-shellscript", "", "#!/bin/bash"],
  ]);
});

test("parts of the user's own come before the stack's or after, each in its order, and arrive as they were given", () => {
  const script = (content: string, before?: boolean) => ({
    contentType: "text/x-shellscript",
    content,
    ...(before === undefined ? {} : { before }),
  });
  const given = ["Größe ${x} %{y}\n", "--==BUILDKITE-ELASTIC-CI-STACK==--\n", "third"];
  const [late, first, second] = given.map((content, i) => script(content, [undefined, true, true][i]));
  const data = userData({ extraUserData: [late!, first!, second!, script("last", false)] });
  const [, ...parts] = data.split(/^--==BUILDKITE-ELASTIC-CI-STACK==(?:--)?\n/m);
  const bodies = parts.slice(0, -1).map((part) => part.slice(part.indexOf("\n\n") + 2));
  const texts = bodies.map((body) => (/^[A-Za-z0-9+/]+=*\n$/.test(body) ? decoded(body) : body.split("\n")[0]));
  expect(texts).toEqual([given[1], given[2], "#cloud-config", "#!/bin/bash", given[0], "last"]);
});

test("lists of one cloud-config add to those of the others, so that none takes the stack's files away", () => {
  const data = userData({ extraUserData: [{ contentType: "text/cloud-config", content: "#cloud-config\n{}\n" }] });
  const configs = data.split(/^--==/m).filter((part) => part.includes("text/cloud-config"));
  const merging = configs.map((part) => /^Merge-Type: (.*)$/m.exec(part)?.[1]);
  expect(merging).toEqual(Array(2).fill("list(append)+dict(no_replace,recurse_list)+str()"));
});

test("the settings can be read by root alone, and are written when every other file has been", () => {
  expect(files({}).at(-1)).toMatchObject({
    path: "/etc/buildkite-elastic-ci-stack/environment.json",
    permissions: "0600",
  });
});

test("scripts arrive as they stand in the package, without their comments", () => {
  const [script] = files({}).filter(({ path }) => path!.endsWith("/instance.sh"));
  expect(script!["content"]).toBe(shipped("linux/instance.sh"));
});
