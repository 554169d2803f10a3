import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { TOKEN } from "../../harness/synthesized";
import { decoded, files, settings, SETTINGS, userData } from "../../harness/user-data";
import { shipped } from "../../harness/userdata/machine";

type Environment = Readonly<Record<string, string>>;

const ON_BOTH = [
  "ASG_NAME",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "BUILDKITE_AGENTS_PER_INSTANCE",
  "BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME",
  "BUILDKITE_AGENT_ENABLE_GIT_MIRRORS",
  "BUILDKITE_AGENT_ENDPOINT",
  "BUILDKITE_AGENT_EXPERIMENTS",
  "BUILDKITE_AGENT_JOB_VERIFICATION_NO_SIGNATURE_BEHAVIOR",
  "BUILDKITE_AGENT_RELEASE",
  "BUILDKITE_AGENT_SIGNING_KEY_ID",
  "BUILDKITE_AGENT_SIGNING_KEY_PATH",
  "BUILDKITE_AGENT_SIGNING_KMS_KEY",
  "BUILDKITE_AGENT_TAGS",
  "BUILDKITE_AGENT_TIMESTAMP_LINES",
  "BUILDKITE_AGENT_TOKEN_PATH",
  "BUILDKITE_AGENT_TRACING_BACKEND",
  "BUILDKITE_AGENT_VERIFICATION_KEY_PATH",
  "BUILDKITE_ARTIFACTS_BUCKET",
  "BUILDKITE_ECR_POLICY",
  "BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT",
  "BUILDKITE_ENV_FILE_URL",
  "BUILDKITE_QUEUE",
  "BUILDKITE_S3_ACL",
  "BUILDKITE_S3_DEFAULT_REGION",
  "BUILDKITE_SCALE_IN_IDLE_PERIOD",
  "BUILDKITE_SECRETS_BUCKET",
  "BUILDKITE_SECRETS_BUCKET_REGION",
  "BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING",
  "BUILDKITE_STACK_DEPLOYED_BY",
  "BUILDKITE_STACK_NAME",
  "BUILDKITE_STACK_VERSION",
  "BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB",
  "DOCKER_EXPERIMENTAL",
  "DOCKER_LOGIN_PLUGIN_ENABLED",
  "EC2_LOG_RETENTION_DAYS",
  "ECR_CREDENTIAL_HELPER_ENABLED",
  "ECR_PLUGIN_ENABLED",
  "ENABLE_EC2_LOG_RETENTION_POLICY",
  "INSTANCE_TERMINATION_GRACE_PERIOD",
  "LIFECYCLE_HOOK_NAME",
  "SECRETS_PLUGIN_ENABLED",
];

/** What the image's scripts for Windows do not read. */
const ON_LINUX = [
  "BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS",
  "BUILDKITE_AGENT_CANCEL_GRACE_PERIOD",
  "BUILDKITE_ALLOWED_BRANCHES",
  "BUILDKITE_ALLOWED_PIPELINES",
  "BUILDKITE_ALLOWED_REPOSITORIES",
  "BUILDKITE_AGENT_SIGNAL_GRACE_PERIOD_SECONDS",
  "BUILDKITE_AUTHORIZED_USERS_URL",
  "BUILDKITE_ENABLE_INSTANCE_STORAGE",
  "BUILDKITE_GIT_MIRROR_SEED_BUCKET",
  "BUILDKITE_MOUNT_TMPFS_AT_TMP",
  "BUILDKITE_PURGE_BUILDS_ON_DISK_FULL",
  "BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL",
  "DOCKER_BUILDER_PRUNE_ENABLED",
  "DOCKER_FIXED_CIDR_V4",
  "DOCKER_FIXED_CIDR_V6",
  "DOCKER_IPV4_ADDRESS_POOL_1",
  "DOCKER_IPV4_ADDRESS_POOL_2",
  "DOCKER_IPV6_ADDRESS_POOL",
  "DOCKER_NETWORKING_PROTOCOL",
  "DOCKER_PRUNE_UNTIL",
  "DOCKER_USERNS_REMAP",
  "ENABLE_PRE_EXIT_DISK_CLEANUP",
  "ENABLE_RESOURCE_LIMITS",
  "RESOURCE_LIMITS_CPU_QUOTA",
  "RESOURCE_LIMITS_CPU_WEIGHT",
  "RESOURCE_LIMITS_IO_WEIGHT",
  "RESOURCE_LIMITS_MEMORY_HIGH",
  "RESOURCE_LIMITS_MEMORY_MAX",
  "RESOURCE_LIMITS_MEMORY_SWAP_MAX",
];

test.each([
  ["linux", [...ON_BOTH, ...ON_LINUX]],
  ["windows", [...ON_BOTH, "BUILDKITE_WINDOWS_ADMINISTRATOR"]],
] as const)("on %s the image's scripts get every name that they need and none that they ignore", (system, names) => {
  expect(Object.keys(settings({ instanceOperatingSystem: system })).sort()).toEqual([...names].sort());
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
])("instances are told of %s", (_, props, expected) => {
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
        .slice(0, 3)
        .map((line, i) => (i === 0 ? line.split(";")[0] : line)),
    ),
  ).toEqual([
    ["Content-Type: text/cloud-config", "", "#cloud-config"],
    ["Content-Type: text/x-shellscript", "", "#!/bin/bash"],
  ]);
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
