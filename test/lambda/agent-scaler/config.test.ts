import { parseConfig } from "../../../lambda/agent-scaler/config";
import { COMPLETE_ENVIRONMENT } from "../../harness/scaler/environment";

const REQUIRED = {
  BUILDKITE_QUEUE: "default",
  ASG_NAME: "ci-asg",
  AGENTS_PER_INSTANCE: "4",
  BUILDKITE_AGENT_TOKEN_SSM_KEY: "/buildkite/ci/token",
};

test("a complete environment is read in full", () => {
  const options = {
    DISABLE_SCALE_OUT: "true",
    SCALE_IN_FACTOR: "0.5",
    SCALE_ONLY_AFTER_ALL_EVENT: "true",
    MAX_INSTANCE_CAP: "7",
    AVAILABILITY_THRESHOLD: "0.25",
    DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME: "2h",
    MAX_DANGLING_INSTANCES_TO_CHECK: "9",
    ASG_ACTIVITY_TIMEOUT: "3s",
    MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: "4",
    WARM_IDLE_INSTANCES: "2",
    MEMORY_PARAMETER: "/buildkite-agent-scaler/ci/memory",
  };
  const settings = {
    agentsPerInstance: 2,
    includeWaiting: false,
    instanceBuffer: 3,
    maxInstanceCap: 7,
    availabilityThreshold: 0.25,
    scaleOutFactor: 1.5,
    scaleInFactor: 0.5,
    scaleOutCooldownSeconds: 300,
    scaleInCooldownSeconds: 3600,
    disableScaleOut: true,
    disableScaleIn: true,
    scaleOnlyAfterAllEvent: true,
    elasticCIMode: true,
    danglingMinUptimeSeconds: 7200,
    warmIdleInstances: 2,
  };
  expect(parseConfig({ ...COMPLETE_ENVIRONMENT, ...options })).toEqual({
    targets: [{ queue: "default; $(x)", group: "ci-asg", settings }],
    token: undefined,
    tokenParameter: "/buildkite/ci/token",
    endpoint: "https://agent.buildkite.com/v3",
    pollIntervalSeconds: 10,
    timeoutSeconds: 50,
    startupJitterMaxSeconds: 0,
    activityTimeoutSeconds: 3,
    activityPages: 4,
    maxDanglingToCheck: 9,
    publishMetrics: false,
    memoryParameter: "/buildkite-agent-scaler/ci/memory",
  });
});

test("what is left out has the default of Buildkite's scaler", () => {
  const settings = {
    agentsPerInstance: 4,
    includeWaiting: false,
    instanceBuffer: 0,
    maxInstanceCap: 0,
    availabilityThreshold: 0.5,
    scaleOutFactor: 0,
    scaleInFactor: 0,
    scaleOutCooldownSeconds: 0,
    scaleInCooldownSeconds: 0,
    disableScaleOut: false,
    disableScaleIn: false,
    scaleOnlyAfterAllEvent: false,
    elasticCIMode: false,
    danglingMinUptimeSeconds: 3600,
    warmIdleInstances: 0,
  };
  expect(parseConfig(REQUIRED)).toEqual({
    targets: [{ queue: "default", group: "ci-asg", settings }],
    token: undefined,
    tokenParameter: "/buildkite/ci/token",
    endpoint: "https://agent.buildkite.com/v3",
    pollIntervalSeconds: 10,
    timeoutSeconds: -1,
    startupJitterMaxSeconds: 0,
    activityTimeoutSeconds: 10,
    activityPages: -1,
    maxDanglingToCheck: 5,
    publishMetrics: false,
    memoryParameter: undefined,
  });
});

test("Elastic CI mode has a scale-in cooldown of an hour", () => {
  expect(parseConfig({ ...REQUIRED, ELASTIC_CI_MODE: "1" }).targets[0]?.settings.scaleInCooldownSeconds).toBe(3600);
});

test.each(Object.keys(REQUIRED))("%s has no default: missing and empty are refused", (name) => {
  const message = `wrong environment: ${name} is not set, it must be `;
  expect(() => parseConfig({ ...REQUIRED, [name]: undefined })).toThrow(message);
  expect(() => parseConfig({ ...REQUIRED, [name]: "" })).toThrow(message);
});

test("a token in the environment itself serves as well", () => {
  const environment = { ...REQUIRED, BUILDKITE_AGENT_TOKEN_SSM_KEY: "", BUILDKITE_AGENT_TOKEN: "secret" };
  expect(parseConfig(environment)).toMatchObject({ token: "secret" });
});

test("QUEUE_GROUPS names every target, with agents of its own where they differ", () => {
  const targets = [
    { queue: "default", group: "ci-asg" },
    { queue: "deploy", group: "deploy-asg", agentsPerInstance: 1 },
  ];
  const environment = { ...REQUIRED, BUILDKITE_QUEUE: "", ASG_NAME: "", QUEUE_GROUPS: JSON.stringify(targets) };
  const read = parseConfig(environment).targets.map(({ queue, group, settings }) => [
    queue,
    group,
    settings.agentsPerInstance,
  ]);
  expect(read).toEqual([
    ["default", "ci-asg", 4],
    ["deploy", "deploy-asg", 1],
  ]);
});

test("QUEUE_GROUPS beside ASG_NAME is refused, since one of them would be ignored", () => {
  const environment = { ...REQUIRED, QUEUE_GROUPS: '[{"queue":"a","group":"b"}]' };
  expect(() => parseConfig(environment)).toThrow(/BUILDKITE_QUEUE and QUEUE_GROUPS .*; ASG_NAME and QUEUE_GROUPS/);
});

const duration = "a duration such as 10s or 1m30s";
const factor = "a number, at least 0, at most 10";
const wrong = [
  { name: "AGENTS_PER_INSTANCE", value: "0", expected: "a whole number, at least 1" },
  { name: "BUILDKITE_AGENT_ENDPOINT", value: "agent", expected: "an address that begins with https:// or http://" },
  { name: "DISABLE_SCALE_IN", value: "yes", expected: "true or false" },
  { name: "SCALE_IN_COOLDOWN_PERIOD", value: "3600", expected: `${duration}, at least 0` },
  { name: "SCALE_OUT_COOLDOWN_PERIOD", value: "-1s", expected: `${duration}, at least 0` },
  { name: "SCALE_OUT_FACTOR", value: "NaN", expected: factor },
  { name: "SCALE_IN_FACTOR", value: "Inf", expected: factor },
  { name: "AVAILABILITY_THRESHOLD", value: "1.5", expected: "a number, at most 1" },
  { name: "INSTANCE_BUFFER", value: "-1", expected: "a whole number, at least 0" },
  { name: "INCLUDE_WAITING", value: "on", expected: "true or false" },
  { name: "LAMBDA_INTERVAL", value: "0s", expected: `${duration} above 0` },
  { name: "LAMBDA_TIMEOUT", value: "50", expected: duration },
  { name: "LAMBDA_STARTUP_JITTER_MAX", value: "5", expected: duration },
  { name: "ELASTIC_CI_MODE", value: "2", expected: "true or false" },
  { name: "CLOUDWATCH_METRICS", value: "no", expected: "true or false" },
  { name: "MAX_INSTANCE_CAP", value: "1.5", expected: "a whole number, at least 0" },
];

test.each(wrong)("$name = $value is refused with what is allowed", ({ name, value, expected }) => {
  const message = `wrong environment: ${name} must be ${expected}, got ${JSON.stringify(value)}`;
  expect(() => parseConfig({ ...COMPLETE_ENVIRONMENT, [name]: value })).toThrow(new Error(message));
});

test("all problems come in one error", () => {
  const environment = { ...COMPLETE_ENVIRONMENT, ASG_NAME: "", LAMBDA_TIMEOUT: "50", INSTANCE_BUFFER: "many" };
  const message = (): unknown => parseConfig(environment);
  for (const name of ["ASG_NAME", "LAMBDA_TIMEOUT", "INSTANCE_BUFFER"]) expect(message).toThrow(name);
});
