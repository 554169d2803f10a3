import { messageOf } from "../shared/log";
import { BuildkiteError } from "./buildkite/metrics-api";
import { backoffSeconds, type BuildkiteFailures } from "./timing/backoff";
import { type Cadence, nextPoll, pauseSeconds } from "./timing/cadence";
import type { AgentScalerConfig } from "./config";
import type { Ports } from "./ports";
import type { Container } from "./state/container";
import { startupJitterSeconds } from "./timing/jitter";
import { type Failure, poll, type PollResult } from "./poll";
import { pollRecord } from "./record";
import { LONGEST_PAUSE_SECONDS, restore, save } from "./state/restore";

/** When the invocation was scheduled for, and how long the function may still run. */
export interface Invocation {
  readonly scheduledAt: number | undefined;
  readonly remainingSeconds: () => number;
}

/** Time that a poll may need whose every call is slow. */
const RESERVE_SECONDS = 15;
/** From the time of an event that is older than this, the time of the next one does not follow. */
const OLD_EVENT_SECONDS = 60;

/** One invocation: polls until its time is over. Throws where no poll succeeded. */
export async function run(
  config: AgentScalerConfig,
  container: Container,
  invocation: Invocation,
  ports: Ports,
): Promise<void> {
  const deadline = deadlineOf(config, invocation, ports.now());
  await ports.sleep(delayOf(config));
  const stored = await restore(config, container, ports);
  const reasons = await pollUntil(deadline, config, container, invocation, ports);
  await save(container, stored, ports);
  if (reasons !== undefined) throw new Error(`every poll failed: ${[...new Set(reasons)].join("; ")}`);
}

/** The startup jitter, within one poll interval: more would only lose a poll. */
function delayOf({ targets, startupJitterMaxSeconds, pollIntervalSeconds }: AgentScalerConfig): number {
  return startupJitterSeconds(targets[0]?.group ?? "", startupJitterMaxSeconds) % pollIntervalSeconds;
}

/** Polls start before this time, so that this invocation ends before the next one. */
function deadlineOf({ timeoutSeconds }: AgentScalerConfig, { scheduledAt, remainingSeconds }: Invocation, now: number) {
  const end = now + remainingSeconds() - RESERVE_SECONDS;
  if (timeoutSeconds < 0) return end;
  const fresh = scheduledAt !== undefined && scheduledAt <= now && now - scheduledAt <= OLD_EVENT_SECONDS;
  return Math.min((fresh ? scheduledAt : now) + timeoutSeconds, end);
}

/** Returns the reasons where there were polls and none succeeded, else undefined. */
async function pollUntil(
  deadline: number,
  config: AgentScalerConfig,
  container: Container,
  invocation: Invocation,
  ports: Ports,
): Promise<readonly string[] | undefined> {
  const reasons: string[] = [];
  let succeeded = false;
  let intervalSeconds = config.pollIntervalSeconds;
  let at: number | undefined = Math.max(ports.now(), container.notBefore);
  // A pause that Buildkite asked for takes precedence over one poll per invocation.
  if (at > ports.now() && at >= deadline) return undefined;
  while (at !== undefined) {
    await ports.sleep(Math.max(at - ports.now(), 0));
    const startedAt = ports.now();
    const results = await poll(container.targets, ports);
    const organizations = organizationsOf(results, container.organization);
    for (const [index, result] of results.entries()) {
      report(result, startedAt, organizations[index] ?? "", config.publishMetrics, ports);
    }
    succeeded ||= results.some(
      ({ evaluation, failures }) => evaluation !== undefined && !failures.some(preventsScaling),
    );
    reasons.push(...results.flatMap(({ failures }) => failures.map(({ error }) => messageOf(error))));
    for (const { response } of results) intervalSeconds = pauseSeconds(intervalSeconds, response?.pollDuration);
    const ofHeader = intervalSeconds > config.pollIntervalSeconds ? startedAt + intervalSeconds : 0;
    const failures = failuresAtBuildkite(results, container.failuresInARow);
    const backoff = backoffSeconds(failures, intervalSeconds, ports.random);
    const paused = Math.max(ofHeader, backoff > 0 ? ports.now() + backoff : 0);
    container.organization = organizations.at(-1) ?? container.organization;
    container.failuresInARow = failures.inARow;
    container.notBefore = Math.min(paused, ports.now() + LONGEST_PAUSE_SECONDS);
    container.quietSince = quietSince(results, container.quietSince, startedAt);
    const { notBefore, quietSince: since } = container;
    const cadence: Cadence = { intervalSeconds, deadline, notBefore, quietSince: since };
    at = invocation.remainingSeconds() > RESERVE_SECONDS ? nextPoll(cadence, startedAt, ports.now()) : undefined;
  }
  return succeeded || reasons.length === 0 ? undefined : reasons;
}

/** A poll that scaled without instances or scaling activities has succeeded. */
function preventsScaling({ stage }: Failure): boolean {
  return stage !== "elastic" && stage !== "history";
}

function failuresAtBuildkite(results: readonly PollResult[], inARowBefore: number): BuildkiteFailures {
  const errors = results
    .flatMap(({ failures }) => failures.map(({ error }) => error))
    .filter((error) => error instanceof BuildkiteError);
  return {
    inARow: errors.length === results.length ? inARowBefore + 1 : 0,
    retryAfterSeconds: errors.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds),
  };
}

function quietSince(results: readonly PollResult[], before: number | null, now: number): number | null {
  const quiet = results.every(({ evaluation }) => {
    if (evaluation === undefined) return false;
    const { metrics, asg } = evaluation.observation;
    const jobs = metrics.scheduled + metrics.running + metrics.waiting;
    return jobs === 0 && asg.pending === 0 && asg.desired === evaluation.decision.targetSize;
  });
  return quiet ? (before ?? now) : null;
}

/** For each result the last known organization, so that polls that fail have metrics, too. */
function organizationsOf(results: readonly PollResult[], before: string): readonly string[] {
  let last = before;
  return results.map(({ response }) => (last = response?.organization ?? last));
}

function report(
  result: PollResult,
  startedAt: number,
  organization: string,
  publishMetrics: boolean,
  { log, record, now }: Ports,
): void {
  const { target, response, failures } = result;
  for (const { stage, error } of failures) {
    log("error", messageOf(error), { stage, queue: target.queue, group: target.group, kind: kindOf(error) });
  }
  if (response !== undefined && response.organization === "" && publishMetrics) {
    log("warn", "Buildkite named no organization: this poll's metrics are not published", { queue: target.queue });
  }
  record(pollRecord(result, { startedAt: startedAt * 1000, endedAt: now() * 1000 }, organization, publishMetrics));
}

function kindOf(error: unknown): string {
  if (error instanceof BuildkiteError) return error.status === undefined ? "no answer" : `HTTP ${String(error.status)}`;
  return error instanceof Error ? error.name : "unknown";
}
