import type { MetricsResponse } from "./buildkite/metrics-api";
import { memoryAfterAction } from "./decision/decide";
import { elasticStep } from "./elastic/step";
import { type EvaluationInput, evaluate, type Evaluation } from "./decision/evaluate";
import type { PollPorts } from "./ports";
import type { Target, TargetState } from "./state/target";
import type { GroupState } from "./decision/model";

export type Stage = "metrics" | "describe" | "set desired" | "history" | "elastic";

export interface Failure {
  readonly stage: Stage;
  readonly error: unknown;
}

/** The outcome of one target's poll. */
export interface PollResult {
  readonly target: Target;
  readonly failures: readonly Failure[];
  /** undefined: a failure came before the decision. */
  readonly evaluation: Evaluation | undefined;
  readonly response: MetricsResponse | undefined;
  /** Desired capacity that was set; undefined: none. */
  readonly written: number | undefined;
  /** Ids of the instances that the stop script was sent to, and of those that were marked unhealthy. */
  readonly stopSent: readonly string[];
  readonly unhealthy: readonly string[];
}

/** Timeout of reading a group's scaling activities before a graceful scale-in. */
const HISTORY_SECONDS = 10;

/** Polls every target once and updates its state. A failure of one target does not affect the others. */
export async function poll(targets: readonly Target[], ports: PollPorts): Promise<readonly PollResult[]> {
  const described = attempt("describe", () => ports.groups.describe(targets.map(({ group }) => group)));
  const queues = [...new Set(targets.map(({ queue }) => queue))];
  const asked = new Map(queues.map((queue) => [queue, attempt("metrics", () => ports.queues.metrics(queue))]));
  return Promise.all(
    targets.map(async (target) => {
      const response = (await asked.get(target.queue)) as MetricsResponse | Failure;
      const { result, state } = await pollTarget(target, response, await described, ports);
      Object.assign(target, state);
      return result;
    }),
  );
}

interface Polled {
  readonly result: PollResult;
  readonly state: TargetState;
}

async function pollTarget(
  target: Target,
  response: MetricsResponse | Failure,
  described: ReadonlyMap<string, GroupState | undefined> | Failure,
  ports: PollPorts,
): Promise<Polled> {
  const nothing = { target, evaluation: undefined, written: undefined, stopSent: [], unhealthy: [] };
  const { memory, boots, elastic } = target;
  const state = { memory, boots, elastic };
  const group = isFailure(described) ? described : groupOf(target, described);
  const failures = [response, group].filter(isFailure);
  if (isFailure(response)) return { result: { ...nothing, response: undefined, failures }, state };
  if (isFailure(group)) return { result: { ...nothing, response, failures }, state };

  const evaluated = await evaluateTarget(target, response, group, ports);
  const { evaluation, written, failures: failed } = await write(target, response, evaluated, ports);
  const { decision } = evaluation;
  const after = written === undefined ? decision.memory : memoryAfterAction(decision, ports.now());
  const step = await elasticPart(target, response, group, evaluation, ports);
  const { stopSent, unhealthy } = step;
  return {
    result: { target, response, evaluation, written, stopSent, unhealthy, failures: [...failed, ...step.failures] },
    state: { memory: step.memory ?? after, boots: evaluation.boots, elastic: step.elastic },
  };
}

function groupOf(
  { group: name }: Target,
  described: ReadonlyMap<string, GroupState | undefined>,
): GroupState | Failure {
  const found = described.get(name);
  if (found !== undefined) return found;
  const because = described.has(name)
    ? "AWS told neither its size nor its limits"
    : "it does not exist in this account and region; check ASG_NAME";
  return { stage: "describe", error: new Error(`Auto Scaling group ${JSON.stringify(name)}: ${because}`) };
}

interface Evaluated {
  readonly evaluation: Evaluation;
  readonly failures: readonly Failure[];
}

/** Reads the group's scaling activities only where instances would be stopped. */
async function evaluateTarget(
  target: Target,
  response: MetricsResponse,
  group: GroupState,
  ports: PollPorts,
): Promise<Evaluated> {
  const input: EvaluationInput = { settings: target.settings, metrics: response.metrics, group, now: ports.now() };
  const evaluation = evaluate(input, target.memory, target.boots);
  if (evaluation.decision.stop === 0 || target.settings.scaleInCooldownSeconds === 0)
    return { evaluation, failures: [] };
  const since = input.now - target.settings.scaleInCooldownSeconds;
  const search = { wantOut: false, wantIn: true, maxPages: -1, since };
  const found = await attempt("history", () => ports.groups.lastEvents(target.group, search, HISTORY_SECONDS));
  const lastScaleInActivity = isFailure(found) ? "unknown" : (found.lastScaleIn ?? undefined);
  return {
    evaluation: evaluate({ ...input, lastScaleInActivity }, target.memory, target.boots),
    failures: isFailure(found) ? [found] : [],
  };
}

/** Sets the desired capacity. Describes the group again before that: it may have been changed since. */
async function write(target: Target, response: MetricsResponse, evaluated: Evaluated, ports: PollPorts) {
  const changes = ({ evaluation: { decision, observation } }: Evaluated) =>
    decision.desired !== observation.asg.desired;
  if (!changes(evaluated)) return { ...evaluated, written: undefined };
  const described = await attempt("describe", () => ports.groups.describe([target.group]));
  const group = isFailure(described) ? described : groupOf(target, described);
  if (isFailure(group)) return { ...evaluated, written: undefined, failures: [...evaluated.failures, group] };
  const fresh = await evaluateTarget(target, response, group, ports);
  const { desired } = fresh.evaluation.decision;
  // It was raised meanwhile, on newer metrics than these.
  const undoes = desired < group.desired && group.desired > evaluated.evaluation.observation.asg.desired;
  if (undoes || !changes(fresh)) return { ...fresh, written: undefined };
  const done = await attempt("set desired", () => ports.groups.setDesired(target.group, desired));
  return isFailure(done)
    ? { ...fresh, written: undefined, failures: [...fresh.failures, done] }
    : { ...fresh, written: desired };
}

interface ElasticPart extends Pick<PollResult, "stopSent" | "unhealthy" | "failures"> {
  readonly elastic: Target["elastic"];
  /** undefined: the stop script was sent to no instance, so no cooldown starts. */
  readonly memory?: Target["memory"];
}

async function elasticPart(
  target: Target,
  { metrics }: MetricsResponse,
  group: GroupState,
  evaluation: Evaluation,
  ports: PollPorts,
): Promise<ElasticPart> {
  const none = { stopSent: [], unhealthy: [], failures: [], elastic: target.elastic };
  const { decision, boots } = evaluation;
  if (!target.settings.elasticCIMode) return none;
  const now = ports.now();
  const request = {
    group: target.group,
    agentsPerInstance: target.settings.agentsPerInstance,
    agentsTotal: metrics.agentsTotal,
    instances: group.instances.map((one) => ({ ...one, ageSeconds: now - (boots.firstSeen.get(one.id) ?? now) })),
    stop: decision.stop,
    danglingMinUptimeSeconds: decision.danglingChecks,
    maxDanglingToCheck: target.maxDanglingToCheck,
    now,
  };
  const step = await attempt("elastic", () => elasticStep(request, target.elastic, ports.instances));
  if (isFailure(step)) return { ...none, failures: [step] };
  return {
    stopSent: step.stopSent,
    unhealthy: step.unhealthy,
    failures: step.errors.map((message): Failure => ({ stage: "elastic", error: new Error(message) })),
    elastic: step.memory,
    ...(step.stopSent.length > 0 && { memory: memoryAfterAction(decision, now) }),
  };
}

async function attempt<T>(stage: Stage, action: () => Promise<T>): Promise<T | Failure> {
  try {
    return await action();
  } catch (error) {
    return { stage, error };
  }
}

function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "stage" in value && "error" in value;
}
