import { above, atLeast, decimal, duration, flag, text, webAddress, wholeNumber } from "./go-values";
import type { Kind } from "./go-values";

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

export interface AgentScalerConfig {
  readonly tokenParameter: string;
  readonly queue: string;
  readonly agentsPerInstance: number;
  readonly autoScalingGroupName: string;
  readonly endpoint: string;
  readonly disableScaleIn: boolean;
  readonly scaleInCooldownSeconds: number;
  readonly scaleOutCooldownSeconds: number;
  readonly scaleOutFactor: number;
  readonly instanceBuffer: number;
  readonly includeWaiting: boolean;
  readonly pollIntervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startupJitterMaxSeconds: number;
  readonly elasticCiMode: boolean;
  readonly publishMetrics: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws one error that lists every variable that is missing or malformed. */
export function parseConfig(environment: Environment): AgentScalerConfig {
  const problems: string[] = [];
  const read = <T>(name: keyof AgentScalerEnvironment, kind: Kind<T>): T => {
    const given = environment[name] ?? "";
    const value = given === "" ? undefined : kind.parse(given);
    if (value === undefined) problems.push(problem(name, given, kind.expected));
    // A wrong value never leaves this function: problems are thrown below.
    return value as T;
  };
  const config = readAll(read);
  if (problems.length > 0) throw new Error(`wrong environment: ${problems.join("; ")}`);
  return config;
}

function problem(name: string, given: string, expected: string): string {
  return given === ""
    ? `${name} is not set, it must be ${expected}`
    : `${name} must be ${expected}, got ${JSON.stringify(given)}`;
}

type Read = <T>(name: keyof AgentScalerEnvironment, kind: Kind<T>) => T;

function readAll(read: Read): AgentScalerConfig {
  return {
    tokenParameter: read("BUILDKITE_AGENT_TOKEN_SSM_KEY", text),
    queue: read("BUILDKITE_QUEUE", text),
    agentsPerInstance: read("AGENTS_PER_INSTANCE", atLeast(1, wholeNumber)),
    autoScalingGroupName: read("ASG_NAME", text),
    endpoint: read("BUILDKITE_AGENT_ENDPOINT", webAddress),
    disableScaleIn: read("DISABLE_SCALE_IN", flag),
    scaleInCooldownSeconds: read("SCALE_IN_COOLDOWN_PERIOD", atLeast(0, duration)),
    scaleOutCooldownSeconds: read("SCALE_OUT_COOLDOWN_PERIOD", atLeast(0, duration)),
    scaleOutFactor: read("SCALE_OUT_FACTOR", above(0, decimal)),
    instanceBuffer: read("INSTANCE_BUFFER", atLeast(0, wholeNumber)),
    includeWaiting: read("INCLUDE_WAITING", flag),
    pollIntervalSeconds: read("LAMBDA_INTERVAL", above(0, duration)),
    timeoutSeconds: read("LAMBDA_TIMEOUT", atLeast(0, duration)),
    startupJitterMaxSeconds: read("LAMBDA_STARTUP_JITTER_MAX", atLeast(0, duration)),
    elasticCiMode: read("ELASTIC_CI_MODE", flag),
    publishMetrics: read("CLOUDWATCH_METRICS", flag),
  };
}
