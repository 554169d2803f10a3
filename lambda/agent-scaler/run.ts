import type { Log } from "../shared/log";
import { BuildkiteError } from "./buildkite";
import { type Cadence, nextPoll, pauseSeconds } from "./cadence";
import type { AgentScalerConfig } from "./config";
import { startupJitterSeconds } from "./jitter";
import { type Kept, type MemoryStore, readKept, recall, writeKept } from "./memory";
import { type Failure, newPair, type Pair, poll, type PollResult, type Ports } from "./poll";
import { pollRecord } from "./record";

export interface Surroundings extends Ports {
  /** undefined: the memory lives in this container only. */
  readonly store: MemoryStore | undefined;
  readonly log: Log;
  /** Writes one JSON object as a line. */
  readonly record: (line: object) => void;
  readonly sleep: (seconds: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
}

/** What the container keeps between two invocations. */
export interface Container {
  readonly pairs: readonly Pair[];
  remembers: boolean;
  notBefore: number;
  failuresInARow: number;
  quietSince: number | null;
  /** Last name of the organization, for the metrics of polls that fail. */
  organization: string;
}

/** When the invocation was scheduled for, and how long the function may still run. */
export interface Invocation {
  readonly scheduledAt: number | undefined;
  readonly remainingSeconds: () => number;
}

/** Time to end in, for a poll whose every call is slow. */
const RESERVE_SECONDS = 15;
const LONGEST_PAUSE_SECONDS = 60;
/** An event that waited longer than this in Lambda's queue says nothing of the next one. */
const OLD_EVENT_SECONDS = 60;

export function newContainer(config: AgentScalerConfig): Container {
  const pairs = config.pairs.map(({ queue, group, settings }) =>
    newPair(queue, group, settings, config.maxDanglingToCheck),
  );
  return { pairs, remembers: false, notBefore: 0, failuresInARow: 0, quietSince: null, organization: "" };
}

/** One invocation: polls until its time is over. Throws where no poll succeeded. */
export async function run(
  config: AgentScalerConfig,
  container: Container,
  invocation: Invocation,
  around: Surroundings,
): Promise<void> {
  const deadline = deadlineOf(config, invocation, around.now());
  await around.sleep(startupJitterSeconds(config.pairs[0]?.group ?? "", config.startupJitterMaxSeconds));
  const before = await remember(config, container, around);
  const reasons = await pollUntil(deadline, config, container, invocation, around);
  await keep(container, before, around);
  if (reasons !== undefined) throw new Error(`every poll failed: ${[...new Set(reasons)].join("; ")}`);
}

/** Polls start before this time, so that the next invocation finds this one gone. */
function deadlineOf({ timeoutSeconds }: AgentScalerConfig, { scheduledAt, remainingSeconds }: Invocation, now: number) {
  const end = now + remainingSeconds() - RESERVE_SECONDS;
  if (timeoutSeconds < 0) return end;
  const fresh = scheduledAt !== undefined && scheduledAt <= now && now - scheduledAt <= OLD_EVENT_SECONDS;
  return Math.min((fresh ? scheduledAt : now) + timeoutSeconds, end);
}

/** The reasons, where there were polls and none succeeded. */
async function pollUntil(
  deadline: number,
  config: AgentScalerConfig,
  container: Container,
  invocation: Invocation,
  around: Surroundings,
): Promise<readonly string[] | undefined> {
  const reasons: string[] = [];
  let succeeded = false;
  let intervalSeconds = config.pollIntervalSeconds;
  let at: number | undefined = Math.max(around.now(), container.notBefore);
  // Buildkite's wish for silence goes before the rule that every invocation polls once.
  if (at > around.now() && at >= deadline) return undefined;
  while (at !== undefined) {
    await around.sleep(Math.max(at - around.now(), 0));
    const startedAt = around.now();
    const results = await poll(container.pairs, around);
    report(results, startedAt, config, container, around);
    succeeded ||= results.some(({ judgement, failures }) => judgement !== undefined && failures.length === 0);
    reasons.push(...results.flatMap(({ failures }) => failures.map(({ error }) => messageOf(error))));
    for (const { answer } of results) intervalSeconds = pauseSeconds(intervalSeconds, answer?.pollDuration);
    const wanted = intervalSeconds > config.pollIntervalSeconds ? startedAt + intervalSeconds : 0;
    container.notBefore = Math.max(wanted, pauseAfter(results, intervalSeconds, container, around));
    container.quietSince = quietSince(results, container.quietSince, startedAt);
    const { notBefore, quietSince: since } = container;
    const cadence: Cadence = { intervalSeconds, deadline, notBefore, quietSince: since };
    at = invocation.remainingSeconds() > RESERVE_SECONDS ? nextPoll(cadence, startedAt, around.now()) : undefined;
  }
  return succeeded || reasons.length === 0 ? undefined : reasons;
}

/** After failures at Buildkite polls become rarer, with chance so that many scalers do not come back together. */
function pauseAfter(
  results: readonly PollResult[],
  intervalSeconds: number,
  container: Container,
  around: Surroundings,
) {
  const errors = failuresOf(results)
    .map(({ error }) => error)
    .filter((error) => error instanceof BuildkiteError);
  container.failuresInARow = errors.length === results.length ? container.failuresInARow + 1 : 0;
  const asked = Math.max(0, ...errors.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds));
  if (asked > 0) return around.now() + asked;
  if (container.failuresInARow === 0) return 0;
  const longest = Math.min(intervalSeconds * 2 ** container.failuresInARow, LONGEST_PAUSE_SECONDS);
  return around.now() + longest * (0.5 + 0.5 * around.random());
}

function quietSince(results: readonly PollResult[], before: number | null, now: number): number | null {
  const quiet = results.every(({ judgement }) => {
    if (judgement === undefined) return false;
    const { metrics, asg } = judgement.observation;
    const jobs = metrics.scheduled + metrics.running + metrics.waiting;
    return jobs === 0 && asg.pending === 0 && asg.desired === judgement.decision.target;
  });
  return quiet ? (before ?? now) : null;
}

function report(
  results: readonly PollResult[],
  startedAt: number,
  config: AgentScalerConfig,
  container: Container,
  { log, record, now }: Surroundings,
): void {
  for (const result of results) {
    const { pair, answer, failures } = result;
    for (const { stage, error } of failures) {
      log("error", messageOf(error), { stage, queue: pair.queue, group: pair.group, kind: kindOf(error) });
    }
    if (answer !== undefined && answer.organization === "" && config.publishMetrics) {
      log("warn", "Buildkite named no organization: this poll's metrics are not published", { queue: pair.queue });
    }
    container.organization = answer?.organization ?? container.organization;
    const times = { startedAt: startedAt * 1000, endedAt: now() * 1000 };
    record(pollRecord(result, times, container.organization, config.publishMetrics));
  }
}

/** What the last container wrote down; for groups that nobody wrote of, what AWS tells of their history. */
async function remember(config: AgentScalerConfig, container: Container, around: Surroundings): Promise<Kept> {
  let kept: Kept = { groups: {} };
  try {
    if (around.store !== undefined) kept = readKept(await around.store.load());
  } catch (error) {
    around.log("error", `the memory cannot be read: ${messageOf(error)}`, { stage: "memory" });
  }
  container.notBefore = Math.max(
    container.notBefore,
    Math.min(kept.notBefore ?? 0, around.now() + LONGEST_PAUSE_SECONDS),
  );
  for (const pair of container.pairs) recall(pair, kept);
  if (!container.remembers) {
    const unknown = container.pairs.filter(({ group }) => kept.groups[group] === undefined);
    await Promise.all(unknown.map((pair) => readHistory(pair, config, around)));
    container.remembers = true;
  }
  return kept;
}

async function readHistory(pair: Pair, config: AgentScalerConfig, { groups, log, now }: Surroundings): Promise<void> {
  const { scaleInCooldownSeconds, scaleOutCooldownSeconds, disableScaleIn, disableScaleOut } = pair.settings;
  if (scaleInCooldownSeconds === 0 && scaleOutCooldownSeconds === 0) return;
  const search = { wantOut: !disableScaleOut, wantIn: !disableScaleIn, maxPages: config.activityPages };
  try {
    const events = await groups.lastEvents(pair.group, search, config.activityTimeoutSeconds);
    pair.memory = { ...pair.memory, ...events };
  } catch (error) {
    // Growth may go on; shrinking waits for one cooldown, because its last time is not known.
    pair.memory = { ...pair.memory, lastScaleIn: now() };
    const message = `the last changes of the group's size cannot be read: ${messageOf(error)}`;
    log("error", message, { stage: "history", queue: pair.queue, group: pair.group });
  }
}

/** Written only after something that another container must know. */
async function keep(container: Container, before: Kept, { store, log }: Surroundings): Promise<void> {
  if (store === undefined) return;
  const changed = container.pairs.some(({ group, memory }) => {
    const old = before.groups[group];
    const events = [memory.lastScaleIn, memory.lastScaleOut, memory.stuck?.jobs];
    return (
      JSON.stringify(events) !== JSON.stringify([old?.lastScaleIn ?? null, old?.lastScaleOut ?? null, old?.stuck?.jobs])
    );
  });
  const paused = container.failuresInARow > 0 && container.notBefore !== before.notBefore;
  if (!changed && !paused) return;
  try {
    await store.save(writeKept(container.pairs, paused ? container.notBefore : 0));
  } catch (error) {
    log("error", `the memory cannot be written: ${messageOf(error)}`, { stage: "memory" });
  }
}

function failuresOf(results: readonly PollResult[]): readonly Failure[] {
  return results.flatMap(({ failures }) => failures);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function kindOf(error: unknown): string {
  if (error instanceof BuildkiteError) return error.status === undefined ? "no answer" : `HTTP ${String(error.status)}`;
  return error instanceof Error ? error.name : "unknown";
}
