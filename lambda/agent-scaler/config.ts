import {
  above,
  atLeast,
  atMost,
  decimal,
  duration,
  flag,
  text,
  webAddress,
  wholeNumber,
} from "./environment/go-values";
import type { Parser } from "./environment/go-values";
import { type QueueGroup, queueGroups } from "./environment/queue-groups";
import type { Settings } from "./decision/model";

/** Every variable that the stack must set: the names and formats that Buildkite's own scaler reads. */
export interface AgentScalerEnvironment {
  /** Name or ARN of the SSM parameter that holds the agent token, never the token. */
  readonly BUILDKITE_AGENT_TOKEN_SSM_KEY: string;
  readonly BUILDKITE_QUEUE: string;
  readonly AGENTS_PER_INSTANCE: string;
  readonly ASG_NAME: string;
  readonly BUILDKITE_AGENT_ENDPOINT: string;
  readonly DISABLE_SCALE_IN: string;
  readonly SCALE_IN_COOLDOWN_PERIOD: string;
  readonly SCALE_OUT_COOLDOWN_PERIOD: string;
  readonly SCALE_OUT_FACTOR: string;
  readonly INSTANCE_BUFFER: string;
  readonly INCLUDE_WAITING: string;
  /** Pause between two polls. */
  readonly LAMBDA_INTERVAL: string;
  /** After this time the loop of polls ends. */
  readonly LAMBDA_TIMEOUT: string;
  readonly LAMBDA_STARTUP_JITTER_MAX: string;
  readonly ELASTIC_CI_MODE: string;
  readonly CLOUDWATCH_METRICS: string;
}

/** Optional variables. The last three are not in Buildkite's scaler. */
export interface AgentScalerOptions {
  readonly DISABLE_SCALE_OUT: string;
  readonly SCALE_IN_FACTOR: string;
  readonly SCALE_ONLY_AFTER_ALL_EVENT: string;
  readonly MAX_INSTANCE_CAP: string;
  readonly AVAILABILITY_THRESHOLD: string;
  readonly DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME: string;
  readonly MAX_DANGLING_INSTANCES_TO_CHECK: string;
  readonly ASG_ACTIVITY_TIMEOUT: string;
  readonly MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: string;
  readonly WARM_IDLE_INSTANCES: string;
  /** JSON list of the queues and groups to serve, instead of BUILDKITE_QUEUE and ASG_NAME. */
  readonly QUEUE_GROUPS: string;
  /** Name of the SSM parameter with the memory. */
  readonly MEMORY_PARAMETER: string;
}

export interface AgentScalerConfig {
  readonly targets: readonly { readonly queue: string; readonly group: string; readonly settings: Settings }[];
  /** The agent token itself; undefined where a parameter holds it. */
  readonly token: string | undefined;
  readonly tokenParameter: string | undefined;
  readonly endpoint: string;
  readonly pollIntervalSeconds: number;
  /** Below 0: the function's own time limit; 0: one poll. */
  readonly timeoutSeconds: number;
  readonly startupJitterMaxSeconds: number;
  readonly activityTimeoutSeconds: number;
  /** Below 0: no limit. */
  readonly activityPages: number;
  /** Below 1: all. */
  readonly maxDanglingToCheck: number;
  readonly publishMetrics: boolean;
  readonly memoryParameter: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

type Name = keyof AgentScalerEnvironment | keyof AgentScalerOptions | "BUILDKITE_AGENT_TOKEN";

/** Throws one error that lists every variable that is missing or wrong. */
export function parseConfig(environment: Environment): AgentScalerConfig {
  const problems: string[] = [];
  const reader = new Reader(environment, problems);
  const config = readAll(reader);
  problems.push(...contradictions(reader));
  if (problems.length > 0) throw new Error(`wrong environment: ${problems.join("; ")}`);
  return config;
}

/** An empty variable counts as one that is not set. */
class Reader {
  constructor(
    private readonly environment: Environment,
    private readonly problems: string[],
  ) {}

  has(name: Name): boolean {
    return (this.environment[name] ?? "") !== "";
  }

  optional<T>(name: Name, parser: Parser<T>): T | undefined {
    const given = this.environment[name] ?? "";
    if (given === "") return undefined;
    const value = parser.parse(given);
    if (value === undefined) this.problems.push(`${name} must be ${parser.expected}, got ${JSON.stringify(given)}`);
    return value;
  }

  or<T>(name: Name, parser: Parser<T>, otherwise: T): T {
    return this.optional(name, parser) ?? otherwise;
  }

  required<T>(name: Name, parser: Parser<T>): T {
    if (!this.has(name)) this.problems.push(`${name} is not set, it must be ${parser.expected}`);
    // A wrong value never leaves parseConfig: problems are thrown there.
    return this.optional(name, parser) as T;
  }
}

function contradictions(reader: Reader): string[] {
  const problems: string[] = [];
  if (!reader.has("BUILDKITE_AGENT_TOKEN_SSM_KEY") && !reader.has("BUILDKITE_AGENT_TOKEN")) {
    problems.push(
      "BUILDKITE_AGENT_TOKEN_SSM_KEY is not set, it must be the name or ARN of the parameter that holds the agent token",
    );
  }
  for (const name of ["BUILDKITE_QUEUE", "ASG_NAME"] as const) {
    if (reader.has("QUEUE_GROUPS") && reader.has(name)) {
      problems.push(`${name} and QUEUE_GROUPS are both set: QUEUE_GROUPS already names every queue and group`);
    }
  }
  return problems;
}

function readAll(read: Reader): AgentScalerConfig {
  const settings = readSettings(read);
  const targets: readonly QueueGroup[] = read.has("QUEUE_GROUPS")
    ? (read.optional("QUEUE_GROUPS", queueGroups) ?? [])
    : [{ queue: read.required("BUILDKITE_QUEUE", text), group: read.required("ASG_NAME", text) }];
  return {
    targets: targets.map(({ queue, group, agentsPerInstance }) => ({
      queue,
      group,
      settings: agentsPerInstance === undefined ? settings : { ...settings, agentsPerInstance },
    })),
    token: read.optional("BUILDKITE_AGENT_TOKEN", text),
    tokenParameter: read.optional("BUILDKITE_AGENT_TOKEN_SSM_KEY", text),
    endpoint: read.or("BUILDKITE_AGENT_ENDPOINT", webAddress, "https://agent.buildkite.com/v3"),
    pollIntervalSeconds: read.or("LAMBDA_INTERVAL", above(0, duration), 10),
    timeoutSeconds: read.or("LAMBDA_TIMEOUT", duration, -1),
    startupJitterMaxSeconds: read.or("LAMBDA_STARTUP_JITTER_MAX", duration, 0),
    activityTimeoutSeconds: read.or("ASG_ACTIVITY_TIMEOUT", above(0, duration), 10),
    activityPages: read.or("MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES", wholeNumber, -1),
    maxDanglingToCheck: read.or("MAX_DANGLING_INSTANCES_TO_CHECK", wholeNumber, 5),
    publishMetrics: read.or("CLOUDWATCH_METRICS", flag, false),
    memoryParameter: read.optional("MEMORY_PARAMETER", text),
  };
}

const FACTOR = atMost(10, atLeast(0, decimal));

function readSettings(read: Reader): Settings {
  const elasticCIMode = read.or("ELASTIC_CI_MODE", flag, false);
  return {
    agentsPerInstance: read.required("AGENTS_PER_INSTANCE", atLeast(1, wholeNumber)),
    includeWaiting: read.or("INCLUDE_WAITING", flag, false),
    instanceBuffer: read.or("INSTANCE_BUFFER", atLeast(0, wholeNumber), 0),
    maxInstanceCap: read.or("MAX_INSTANCE_CAP", atLeast(0, wholeNumber), 0),
    availabilityThreshold: read.or("AVAILABILITY_THRESHOLD", atMost(1, decimal), 0.5),
    scaleOutFactor: read.or("SCALE_OUT_FACTOR", FACTOR, 0),
    scaleInFactor: read.or("SCALE_IN_FACTOR", FACTOR, 0),
    scaleOutCooldownSeconds: read.or("SCALE_OUT_COOLDOWN_PERIOD", atLeast(0, duration), 0),
    scaleInCooldownSeconds: read.or("SCALE_IN_COOLDOWN_PERIOD", atLeast(0, duration), elasticCIMode ? 3600 : 0),
    disableScaleOut: read.or("DISABLE_SCALE_OUT", flag, false),
    disableScaleIn: read.or("DISABLE_SCALE_IN", flag, false),
    scaleOnlyAfterAllEvent: read.or("SCALE_ONLY_AFTER_ALL_EVENT", flag, false),
    elasticCIMode,
    danglingMinUptimeSeconds: read.or("DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME", atLeast(0, duration), 3600),
    warmIdleInstances: read.or("WARM_IDLE_INSTANCES", atLeast(0, wholeNumber), 0),
  };
}
