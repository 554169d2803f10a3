import type { Decision } from "./decision/model";
import type { PollResult } from "./poll";

const NAMESPACE = "Buildkite";

/** CloudWatch reads these out of the log line itself (embedded metric format), so that metrics need no call and no right. */
const UNITS: Readonly<Record<string, string>> = { PollDurationMs: "Milliseconds", BootSeconds: "Seconds" };

export interface PollTimes {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The one line that a poll of a target leaves: what was seen, what was decided, and the metrics. */
export function pollRecord(
  result: PollResult,
  times: PollTimes,
  organization: string,
  publishMetrics: boolean,
): object {
  const { target, evaluation, written, told, unhealthy, failures } = result;
  const line = {
    time: new Date(times.endedAt).toISOString(),
    level: failures.length > 0 ? "warn" : "info",
    message: "poll",
    Queue: target.queue,
    group: target.group,
    ...(organization !== "" && { Org: organization }),
    failed: failures.map(({ stage }) => stage),
    ...(evaluation && {
      vector: evaluation.observation,
      decision: shown(evaluation.decision),
      written: written ?? null,
    }),
    ...(told.length > 0 && { told }),
    ...(unhealthy.length > 0 && { unhealthy }),
  };
  // A metric without its dimensions is refused by CloudWatch.
  if (!publishMetrics || organization === "") return line;
  const values = metricValues(result, times);
  return { ...line, ...values, _aws: embedded(Object.keys(values), times.endedAt) };
}

/** What follows from the vector alone is in the line only where a reader looks for it. */
function shown({ action, reason, desired, stop, need, targetSize }: Decision) {
  return { action, reason, desired, stop, need, target: targetSize };
}

function metricValues(result: PollResult, { startedAt, endedAt }: PollTimes): Record<string, number> {
  const values = {
    ...queueValues(result),
    ...stateValues(result),
    PollErrors: result.failures.length,
    PollDurationMs: Math.round(endedAt - startedAt),
  };
  const isKnown = (entry: [string, number | undefined]): entry is [string, number] => entry[1] !== undefined;
  return Object.fromEntries(Object.entries<number | undefined>(values).filter(isKnown));
}

/** Known also where the group could not be read. */
function queueValues({ answer }: PollResult): Record<string, number | undefined> {
  if (answer === undefined) return {};
  const { metrics } = answer;
  return {
    ScheduledJobsCount: metrics.scheduled,
    RunningJobsCount: metrics.running,
    WaitingJobsCount: metrics.waiting,
    IdleAgentCount: metrics.agentsIdle,
    BusyAgentCount: metrics.agentsBusy,
    TotalAgentCount: metrics.agentsTotal,
  };
}

function stateValues({ evaluation, written, told }: PollResult): Record<string, number | undefined> {
  if (evaluation === undefined) return {};
  const { observation, decision, boots } = evaluation;
  const acted = written !== undefined || told.length > 0;
  return {
    StuckJobsCount: decision.stuckJobs,
    DesiredInstances: written ?? observation.asg.desired,
    InServiceInstances: observation.asg.inService,
    PendingInstances: observation.asg.pending,
    TargetInstances: decision.targetSize,
    ScaleOutCount: acted && decision.action === "scale_out" ? 1 : 0,
    ScaleInCount: acted && decision.action === "scale_in" ? 1 : 0,
    BootSeconds: boots.bootSeconds,
  };
}

function embedded(names: readonly string[], timestamp: number) {
  const metrics = names.map((name) => ({ Name: name, Unit: UNITS[name] ?? "Count" }));
  return {
    // CloudWatch takes no fraction of a millisecond.
    Timestamp: Math.round(timestamp),
    CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [["Org", "Queue"]], Metrics: metrics }],
  };
}
