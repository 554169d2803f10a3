import { type AgentScalerEnvironment, type AgentScalerOptions, parseConfig } from "../../../lambda/agent-scaler/config";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { synthesized } from "../../harness/synthesized";

type Props = Partial<ElasticCiStackProps>;
type Variables = AgentScalerEnvironment & AgentScalerOptions;

const environment = (props: Props): Record<string, string> =>
  synthesized(props).all("aws_lambda_function")["scaler"].environment.variables;

const TYPESCRIPT: Props = { scalerImplementation: "typescript" };
const STACK = "/buildkite/elastic-ci-stack/buildkite-stack-0a1b2c3d";

/** The default environment: the defaults of Buildkite's scaler, and the stack's own. */
const DEFAULTS: Omit<Variables, "QUEUE_GROUPS" | "WARM_IDLE_INSTANCES" | "MEMORY_PARAMETER"> = {
  BUILDKITE_AGENT_TOKEN_SSM_KEY: `${STACK}/agent-token`,
  BUILDKITE_QUEUE: "default",
  BUILDKITE_AGENT_ENDPOINT: "https://agent-edge.buildkite.com/v3",
  ASG_NAME: "buildkite-stack-0a1b2c3d-asg",
  AGENTS_PER_INSTANCE: "1",
  INSTANCE_BUFFER: "0",
  INCLUDE_WAITING: "false",
  MAX_INSTANCE_CAP: "0",
  AVAILABILITY_THRESHOLD: "0.5",
  DISABLE_SCALE_IN: "true",
  DISABLE_SCALE_OUT: "false",
  SCALE_IN_COOLDOWN_PERIOD: "3600s",
  SCALE_OUT_COOLDOWN_PERIOD: "300s",
  SCALE_ONLY_AFTER_ALL_EVENT: "false",
  SCALE_IN_FACTOR: "0",
  SCALE_OUT_FACTOR: "1",
  LAMBDA_INTERVAL: "10s",
  LAMBDA_TIMEOUT: "50s",
  LAMBDA_STARTUP_JITTER_MAX: "0s",
  ASG_ACTIVITY_TIMEOUT: "10s",
  MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: "-1",
  ELASTIC_CI_MODE: "false",
  DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME: "1h",
  MAX_DANGLING_INSTANCES_TO_CHECK: "5",
  CLOUDWATCH_METRICS: "true",
};
const OURS = { LAMBDA_TIMEOUT: "55s", WARM_IDLE_INSTANCES: "0", MEMORY_PARAMETER: `${STACK}/scaler-memory` };

test("Buildkite's scaler gets the variables that it reads, and no others", () => {
  expect(environment({})).toEqual(DEFAULTS);
});

test("ours gets its own variables too, and polls until shortly before the next run", () => {
  expect(environment(TYPESCRIPT)).toEqual({ ...DEFAULTS, ...OURS });
});

/** Each setting with a content that no other one has. */
const SETTINGS: readonly (readonly [keyof Variables, Props, string])[] = [
  ["BUILDKITE_AGENT_TOKEN_SSM_KEY", { buildkiteAgentTokenParameterStorePath: "/ci/token" }, "/ci/token"],
  ["BUILDKITE_QUEUE", { buildkiteQueue: "builders" }, "builders"],
  ["BUILDKITE_AGENT_ENDPOINT", { agentEndpoint: "https://agent.example.com/v3" }, "https://agent.example.com/v3"],
  ["AGENTS_PER_INSTANCE", { agentsPerInstance: 4 }, "4"],
  ["INSTANCE_BUFFER", { instanceBuffer: 2 }, "2"],
  ["MAX_INSTANCE_CAP", { scalerMaxInstanceCap: 7 }, "7"],
  ["AVAILABILITY_THRESHOLD", { scalerAvailabilityThreshold: 0.375 }, "0.375"],
  ["SCALE_IN_COOLDOWN_PERIOD", { scaleInCooldownPeriod: 90 }, "90s"],
  ["SCALE_OUT_COOLDOWN_PERIOD", { scaleOutCooldownPeriod: 45 }, "45s"],
  ["SCALE_IN_FACTOR", { scalerScaleInFactor: 0.25 }, "0.25"],
  ["SCALE_OUT_FACTOR", { scaleOutFactor: 1.5 }, "1.5"],
  ["LAMBDA_INTERVAL", { scalerMinPollInterval: "20s" }, "20s"],
  ["LAMBDA_STARTUP_JITTER_MAX", { scalerEventScheduleJitter: "5s" }, "5s"],
  ["ASG_ACTIVITY_TIMEOUT", { scalerActivityTimeout: "3s" }, "3s"],
  ["MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES", { scalerMaxActivityPages: 6 }, "6"],
  ["DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME", { scalerDanglingCheckMinimumUptime: "20m" }, "20m"],
  ["MAX_DANGLING_INSTANCES_TO_CHECK", { scalerMaxDanglingInstances: 8 }, "8"],
  ["WARM_IDLE_INSTANCES", { scalerWarmIdleInstances: 3 }, "3"],
];
const allSettings = SETTINGS.reduce<Props>((all, [, props]) => ({ ...all, ...props }), TYPESCRIPT);

test.each(SETTINGS)("the environment has %s: %j gives %s", (name, _, expected) => {
  expect(environment(allSettings)[name]).toBe(expected);
});

/** Two contents only, so each on its own. */
const SWITCHES: readonly (readonly [keyof Variables, Props, string])[] = [
  ["INCLUDE_WAITING", { scaleOutForWaitingJobs: true }, "true"],
  ["DISABLE_SCALE_IN", { disableScaleIn: false }, "false"],
  ["DISABLE_SCALE_OUT", { scalerDisableScaleOut: true }, "true"],
  ["SCALE_ONLY_AFTER_ALL_EVENT", { scalerOnlyAfterAllEvents: true }, "true"],
  ["ELASTIC_CI_MODE", { scalerEnableElasticCiMode: true }, "true"],
  ["CLOUDWATCH_METRICS", { scalerEnableCloudwatchMetrics: false }, "false"],
];

test.each(SWITCHES)("a switch changes %s and nothing else: %j gives %s", (name, props, expected) => {
  expect(environment(props)).toEqual({ ...DEFAULTS, [name]: expected });
});

const SEVERAL: Props = { ...TYPESCRIPT, scalerGroups: ["deploy=deploy-asg", "up loads=uploads-asg=10"] };

test("for several groups there is a list of queue, group and agents per instance, its own first, in place of the one pair", () => {
  const variables = environment({ ...SEVERAL, buildkiteQueue: 'a "b"', agentsPerInstance: 3 });
  expect(JSON.parse(variables["QUEUE_GROUPS"]!)).toEqual([
    { queue: 'a "b"', group: "buildkite-stack-0a1b2c3d-asg", agentsPerInstance: 3 },
    { queue: "deploy", group: "deploy-asg", agentsPerInstance: 3 },
    { queue: "up loads", group: "uploads-asg", agentsPerInstance: 10 },
  ]);
  expect(Object.keys(variables)).not.toContain("BUILDKITE_QUEUE");
  expect(Object.keys(variables)).not.toContain("ASG_NAME");
});

test.each<[string, Props, readonly string[]]>([
  ["by default", TYPESCRIPT, ["default"]],
  ["with every setting changed", allSettings, ["builders"]],
  ["for several groups", SEVERAL, ["default", "deploy", "up loads"]],
  [
    "at the limits",
    { ...TYPESCRIPT, scaleOutFactor: 10, scalerScaleInFactor: 10, scalerAvailabilityThreshold: 1 },
    ["default"],
  ],
])("our scaler accepts its environment %s", (_, props, queues) => {
  expect(parseConfig(environment(props)).targets.map(({ queue }) => queue)).toEqual(queues);
});
