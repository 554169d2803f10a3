import type { MetricsAnswer } from "./buildkite/metrics-api";
import { afterwards } from "./decision/decide";
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

/** What became of one target in one poll. */
export interface PollResult {
  readonly target: Target;
  readonly failures: readonly Failure[];
  /** undefined: a failure came before the decision. */
  readonly evaluation: Evaluation | undefined;
  readonly answer: MetricsAnswer | undefined;
  /** Size that was written. */
  readonly written: number | undefined;
  /** Instances that were told to stop, and instances that were reported as unhealthy. */
  readonly told: readonly string[];
  readonly unhealthy: readonly string[];
}

/** Of a group's history, where a graceful scale-in asks for it. */
const HISTORY_SECONDS = 10;

/** Polls every target once and brings its state up to date. What fails for one target does not touch the others. */
export async function poll(targets: readonly Target[], ports: PollPorts): Promise<readonly PollResult[]> {
  const described = attempt("describe", () => ports.groups.describe(targets.map(({ group }) => group)));
  const queues = [...new Set(targets.map(({ queue }) => queue))];
  const asked = new Map(queues.map((queue) => [queue, attempt("metrics", () => ports.queues.metrics(queue))]));
  return Promise.all(
    targets.map(async (target) => {
      const answer = (await asked.get(target.queue)) as MetricsAnswer | Failure;
      const { result, state } = await pollTarget(target, answer, await described, ports);
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
  answer: MetricsAnswer | Failure,
  described: ReadonlyMap<string, GroupState | undefined> | Failure,
  ports: PollPorts,
): Promise<Polled> {
  const nothing = { target, evaluation: undefined, written: undefined, told: [], unhealthy: [] };
  const { memory, boots, elastic } = target;
  const state = { memory, boots, elastic };
  const group = isFailure(described) ? described : groupOf(target, described);
  const failures = [answer, group].filter(isFailure);
  if (isFailure(answer)) return { result: { ...nothing, answer: undefined, failures }, state };
  if (isFailure(group)) return { result: { ...nothing, answer, failures }, state };

  const evaluated = await evaluateTarget(target, answer, group, ports);
  const { evaluation, written, failures: failed } = await write(target, answer, evaluated, ports);
  const { decision } = evaluation;
  const after = written === undefined ? decision.memory : afterwards(decision, ports.now());
  const step = await elasticPart(target, answer, group, evaluation, ports);
  const { told, unhealthy } = step;
  return {
    result: { target, answer, evaluation, written, told, unhealthy, failures: [...failed, ...step.failures] },
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

/** Looks into the group's history only where the answer decides whether instances are stopped. */
async function evaluateTarget(
  target: Target,
  answer: MetricsAnswer,
  group: GroupState,
  ports: PollPorts,
): Promise<Evaluated> {
  const input: EvaluationInput = { settings: target.settings, metrics: answer.metrics, group, now: ports.now() };
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

/** Reads the group once more before it writes: another instance or scaler may have changed it since. */
async function write(target: Target, answer: MetricsAnswer, evaluated: Evaluated, ports: PollPorts) {
  const changes = ({ evaluation: { decision, observation } }: Evaluated) =>
    decision.desired !== observation.asg.desired;
  if (!changes(evaluated)) return { ...evaluated, written: undefined };
  const described = await attempt("describe", () => ports.groups.describe([target.group]));
  const group = isFailure(described) ? described : groupOf(target, described);
  if (isFailure(group)) return { ...evaluated, written: undefined, failures: [...evaluated.failures, group] };
  const fresh = await evaluateTarget(target, answer, group, ports);
  const { desired } = fresh.evaluation.decision;
  // Somebody with newer metrics has just raised it: these ones are no ground to lower it.
  const undoes = desired < group.desired && group.desired > evaluated.evaluation.observation.asg.desired;
  if (undoes || !changes(fresh)) return { ...fresh, written: undefined };
  const done = await attempt("set desired", () => ports.groups.setDesired(target.group, desired));
  return isFailure(done)
    ? { ...fresh, written: undefined, failures: [...fresh.failures, done] }
    : { ...fresh, written: desired };
}

interface ElasticPart extends Pick<PollResult, "told" | "unhealthy" | "failures"> {
  readonly elastic: Target["elastic"];
  /** undefined: no instance was told to stop, which is what starts the cooldown. */
  readonly memory?: Target["memory"];
}

async function elasticPart(
  target: Target,
  { metrics }: MetricsAnswer,
  group: GroupState,
  evaluation: Evaluation,
  ports: PollPorts,
): Promise<ElasticPart> {
  const none = { told: [], unhealthy: [], failures: [], elastic: target.elastic };
  const { decision, boots } = evaluation;
  if (!target.settings.elasticCIMode) return none;
  const now = ports.now();
  const request = {
    group: target.group,
    agentsPerInstance: target.settings.agentsPerInstance,
    agentsTotal: metrics.agentsTotal,
    instances: group.instances.map((one) => ({ ...one, ageSeconds: now - (boots.seen.get(one.id) ?? now) })),
    stop: decision.stop,
    danglingMinUptimeSeconds: decision.danglingChecks,
    maxDanglingToCheck: target.maxDanglingToCheck,
    now,
  };
  const step = await attempt("elastic", () => elasticStep(request, target.elastic, ports.instances));
  if (isFailure(step)) return { ...none, failures: [step] };
  return {
    told: step.told,
    unhealthy: step.unhealthy,
    failures: step.errors.map((message): Failure => ({ stage: "elastic", error: new Error(message) })),
    elastic: step.memory,
    ...(step.told.length > 0 && { memory: afterwards(decision, now) }),
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
