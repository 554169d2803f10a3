import type { Decision } from "./decision/model";
import type { PollResult } from "./poll";

const NAMESPACE = "Buildkite";

/** CloudWatch reads metrics from the log line (embedded metric format), so they need no call and no permission. */
const UNITS: Readonly<Record<string, string>> = { PollDurationMs: "Milliseconds", BootSeconds: "Seconds" };

export interface PollTimes {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The log line of a target's poll: observation, decision and metrics. */
export function pollRecord(
  result: PollResult,
  times: PollTimes,
  organization: string,
  publishMetrics: boolean,
): object {
  const { target, evaluation, written, stopSent, unhealthy, failures } = result;
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
      decision: decisionFields(evaluation.decision),
      written: written ?? null,
    }),
    ...(stopSent.length > 0 && { told: stopSent }),
    ...(unhealthy.length > 0 && { unhealthy }),
  };
  // CloudWatch refuses a metric without its dimensions.
  if (!publishMetrics || organization === "") return line;
  const values = metricValues(result, times);
  return { ...line, ...values, _aws: embedded(Object.keys(values), times.endedAt) };
}

/** The fields that readers look for. The rest follows from the vector. */
function decisionFields({ action, reason, desired, stop, need, targetSize }: Decision) {
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

/** Metrics that do not depend on the group's description. */
function queueValues({ response }: PollResult): Record<string, number | undefined> {
  if (response === undefined) return {};
  const { metrics } = response;
  return {
    ScheduledJobsCount: metrics.scheduled,
    RunningJobsCount: metrics.running,
    WaitingJobsCount: metrics.waiting,
    IdleAgentCount: metrics.agentsIdle,
    BusyAgentCount: metrics.agentsBusy,
    TotalAgentCount: metrics.agentsTotal,
  };
}

function stateValues({ evaluation, written, stopSent }: PollResult): Record<string, number | undefined> {
  if (evaluation === undefined) return {};
  const { observation, decision, boots } = evaluation;
  const acted = written !== undefined || stopSent.length > 0;
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
    // CloudWatch accepts whole milliseconds only.
    Timestamp: Math.round(timestamp),
    CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [["Org", "Queue"]], Metrics: metrics }],
  };
}
