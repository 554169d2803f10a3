import { parseConfig } from "../../../lambda/agent-scaler/config";
import { run } from "../../../lambda/agent-scaler/run";
import { COMPLETE_ENVIRONMENT } from "../../support/agent-scaler-environment";

test("a complete environment is read in full", () => {
  expect(parseConfig({ ...COMPLETE_ENVIRONMENT })).toEqual({
    tokenParameter: "/buildkite/ci/token",
    queue: "default; $(x)",
    agentsPerInstance: 2,
    autoScalingGroupName: "ci-asg",
    endpoint: "https://agent.buildkite.com/v3",
    disableScaleIn: true,
    scaleInCooldownSeconds: 3600,
    scaleOutCooldownSeconds: 300,
    scaleOutFactor: 1.5,
    instanceBuffer: 3,
    includeWaiting: false,
    pollIntervalSeconds: 10,
    timeoutSeconds: 50,
    startupJitterMaxSeconds: 0,
    elasticCiMode: true,
    publishMetrics: false,
  });
});

const names = Object.keys(COMPLETE_ENVIRONMENT);

test.each(names)("%s has no default: missing and empty are refused", (name) => {
  const message = `wrong environment: ${name} is not set, it must be `;
  expect(() => parseConfig({ ...COMPLETE_ENVIRONMENT, [name]: undefined })).toThrow(message);
  expect(() => parseConfig({ ...COMPLETE_ENVIRONMENT, [name]: "" })).toThrow(message);
});

const duration = "a duration such as 10s or 1m30s";
const wrong = [
  { name: "AGENTS_PER_INSTANCE", value: "0", expected: "a whole number, at least 1" },
  { name: "BUILDKITE_AGENT_ENDPOINT", value: "agent", expected: "an address that begins with https:// or http://" },
  { name: "DISABLE_SCALE_IN", value: "yes", expected: "true or false" },
  { name: "SCALE_IN_COOLDOWN_PERIOD", value: "3600", expected: `${duration}, at least 0` },
  { name: "SCALE_OUT_COOLDOWN_PERIOD", value: "-1s", expected: `${duration}, at least 0` },
  { name: "SCALE_OUT_FACTOR", value: "NaN", expected: "a number above 0" },
  { name: "INSTANCE_BUFFER", value: "-1", expected: "a whole number, at least 0" },
  { name: "INCLUDE_WAITING", value: "on", expected: "true or false" },
  { name: "LAMBDA_INTERVAL", value: "0s", expected: `${duration} above 0` },
  { name: "LAMBDA_TIMEOUT", value: "-1s", expected: `${duration}, at least 0` },
  { name: "LAMBDA_STARTUP_JITTER_MAX", value: "5", expected: `${duration}, at least 0` },
  { name: "ELASTIC_CI_MODE", value: "2", expected: "true or false" },
  { name: "CLOUDWATCH_METRICS", value: "no", expected: "true or false" },
];

test.each(wrong)("$name = $value is refused with what is allowed", ({ name, value, expected }) => {
  const message = `wrong environment: ${name} must be ${expected}, got ${JSON.stringify(value)}`;
  expect(() => parseConfig({ ...COMPLETE_ENVIRONMENT, [name]: value })).toThrow(new Error(message));
});

test("all problems come in one error", () => {
  const environment = { ...COMPLETE_ENVIRONMENT, ASG_NAME: "", LAMBDA_TIMEOUT: "50", INSTANCE_BUFFER: "many" };
  expect(() => parseConfig(environment)).toThrow(
    /^wrong environment: ASG_NAME .*; INSTANCE_BUFFER .*"many"; LAMBDA_TIMEOUT .*"50"$/,
  );
});

test("a stack that chose the TypeScript AgentScaler is told that this release has none", () => {
  expect(() => run({ ...COMPLETE_ENVIRONMENT })).toThrow('set scaler_implementation = "buildkite"');
});

test("a wrong environment is reported before that", () => {
  expect(() => run({})).toThrow(/^wrong environment: BUILDKITE_AGENT_TOKEN_SSM_KEY is not set/);
});
