/*
 * The steps of an invocation. EventBridge invokes this function every minute, and Lambda keeps its container for a while.
 * 1. The first invocation reads the environment (config.ts) and connects the ports to AWS and Buildkite (this file).
 * 2. run.ts: waits for the group's startup jitter, and restores the memory from its SSM parameter (state/restore.ts).
 *    A new container reads the scaling activities of groups that are not in the parameter.
 * 3. poll.ts, every few seconds until the invocation's time is over: for every target, which is a queue and its group,
 *    a. reads the queue's metrics from Buildkite (buildkite/) and describes the groups (aws/),
 *    b. evaluates what it has read (decision/: demand, availability, throughput), without network or clock,
 *    c. describes the group once more before it sets another size, because someone else may have set it meanwhile,
 *    d. in Elastic CI mode looks for idle and dangling instances by Run Command (elastic/).
 * 4. record.ts: each poll of a target writes one log line, with all that the decision depended on, and the metrics.
 * 5. timing/: when the next poll is due. After failures of Buildkite and with quiet queues polls become rarer.
 * 6. The memory is saved where another container needs a change in it. An invocation fails where every poll failed.
 */
import { setTimeout } from "node:timers/promises";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SSMClient } from "@aws-sdk/client-ssm";
import { jsonLog } from "../shared/log";
import { prefixErrors } from "./aws/errors";
import { autoScalingGroups } from "./aws/auto-scaling";
import { buildkite, BuildkiteError } from "./buildkite/metrics-api";
import { type AgentScalerConfig, parseConfig } from "./config";
import type { Ports } from "./ports";
import { type Container, newContainer } from "./state/container";
import { managedInstances } from "./aws/systems-manager";
import { readScripts } from "./elastic/scripts";
import { memoryParameter, readToken } from "./aws/parameters";
import { run } from "./run";
import { AgentToken, withToken } from "./buildkite/token";

/** A call that hangs would delay every poll. */
const TIMEOUTS = { requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true } };

/** The part of Lambda's context that is used. */
interface Context {
  getRemainingTimeInMillis(): number;
}

interface Scaler {
  readonly config: AgentScalerConfig;
  readonly container: Container;
  readonly ports: Ports;
}

/** Built once per container. A wrong environment is reported by every invocation. */
let scaler: Scaler | undefined;

/** Wall clock minus monotonic clock at the start of an invocation: a clock that is set during it does not change its length. */
let clockOffset = 0;

export const handler = async (event: unknown, context: Context): Promise<void> => {
  scaler ??= connect(parseConfig(process.env));
  const { config, container, ports } = scaler;
  clockOffset = Date.now() - performance.now();
  const scheduledAt = Date.parse(String((event as { time?: unknown } | null | undefined)?.time)) / 1000;
  const invocation = {
    scheduledAt: Number.isFinite(scheduledAt) ? scheduledAt : undefined,
    remainingSeconds: () => context.getRemainingTimeInMillis() / 1000,
  };
  await run(config, container, invocation, ports);
};

function connect(config: AgentScalerConfig): Scaler {
  const now = (): number => (clockOffset + performance.now()) / 1000;
  const write = (line: string): void => void process.stdout.write(line);
  const groups = new AutoScalingClient(TIMEOUTS);
  const systemsManager = new SSMClient(TIMEOUTS);
  prefixErrors(groups);
  prefixErrors(systemsManager);
  const token = new AgentToken(() => tokenOf(config, systemsManager), now);
  const api = buildkite(config.endpoint);
  const refused = (error: unknown): boolean => error instanceof BuildkiteError && error.status === 401;
  const ports: Ports = {
    groups: autoScalingGroups(groups),
    queues: { metrics: (queue) => withToken(token, refused, (valid) => api.metrics(queue, valid)) },
    instances: managedInstances(systemsManager, groups, readScripts(__dirname)),
    store: config.memoryParameter === undefined ? undefined : memoryParameter(systemsManager, config.memoryParameter),
    log: jsonLog(() => new Date(), write),
    record: (line) => write(`${JSON.stringify(line)}\n`),
    now,
    sleep: (seconds) => setTimeout(seconds * 1000),
    random: Math.random,
  };
  return { config, container: newContainer(config), ports };
}

async function tokenOf({ token, tokenParameter }: AgentScalerConfig, client: SSMClient): Promise<string> {
  return tokenParameter === undefined ? (token ?? "") : readToken(client, tokenParameter);
}
