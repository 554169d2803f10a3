import { type Call, inBatches } from "../../shared/batches";
import { messageOf } from "../../shared/log";
import { OPERATING_SYSTEMS, type OperatingSystem } from "../../shared/run-command";
import type { Instances, Script } from "../ports";
import { danglingInstances, instancesToStop, nextWindow, readReport, suspicionsAfter } from "./survey";
import type { Instance, Report, Suspicions, Told } from "./survey";

export interface ElasticRequest {
  readonly group: string;
  readonly agentsPerInstance: number;
  readonly agentsTotal: number;
  readonly instances: readonly Instance[];
  /** Instances to stop, 0: none. They lower the group's size themselves when they leave. */
  readonly stop: number;
  /** Minimum uptimes of the checks for dangling instances that are due; empty: none in this poll. */
  readonly danglingMinUptimeSeconds: readonly number[];
  /** Per survey; 0 or less: all. */
  readonly maxDanglingToCheck: number;
  /** Epoch seconds. */
  readonly now: number;
}

interface Survey {
  /** Of all instances in search of idle ones; otherwise of some of them in search of dangling ones. */
  readonly ofAll: boolean;
  readonly sentAt: number;
  readonly commands: readonly { readonly id: string; readonly system: OperatingSystem }[];
  readonly asked: number;
}

/** What one step hands to the next. Losing it only costs time. */
export interface ElasticMemory {
  /** Instances are still answering it. */
  readonly survey?: Survey;
  /** Last survey of any kind, and of all instances. */
  readonly checkedAt: number;
  readonly searchedAt: number;
  /** Last instance that a check has reached. */
  readonly cursor: string;
  readonly suspicions: Suspicions;
  readonly told: Told;
}

export const emptyElasticMemory: ElasticMemory = { checkedAt: 0, searchedAt: 0, cursor: "", suspicions: {}, told: {} };

export interface ElasticOutcome {
  readonly memory: ElasticMemory;
  /** Instances to which the order to stop went out. */
  readonly told: readonly string[];
  readonly unhealthy: readonly string[];
  readonly errors: readonly string[];
}

const SHORTEST_WAIT_SECONDS = 3;
const LONGEST_WAIT_SECONDS = 60;
/** An idle instance may have got a job since. */
const LONGEST_IDLE_SECONDS = 90;
const SEARCH_SECONDS = 60;
const CHECK_SECONDS = 300;
/** No agent is connected at all. */
const URGENT_CHECK_SECONDS = 60;
/** Large groups are checked more often: each of their instances about once in this time, or in an hour of slow polls. */
const ROUND_SECONDS = 2700;

/** One look at the instances. It never waits for them: what it asks is answered to a later step. Failures come back as errors. */
export async function elasticStep(
  request: ElasticRequest,
  memory: ElasticMemory,
  instances: Instances,
): Promise<ElasticOutcome> {
  const step: Step = { request, instances, errors: [] };
  const heard = await listen(step, withoutTheGone(memory, request.instances));
  const asked = heard.memory.survey ? heard.memory : await ask(step, heard.memory);
  return { ...heard, memory: asked, errors: step.errors };
}

interface Step {
  readonly request: ElasticRequest;
  readonly instances: Instances;
  readonly errors: string[];
}

function withoutTheGone(memory: ElasticMemory, instances: readonly Instance[]): ElasticMemory {
  const here = new Set(instances.map(({ id }) => id));
  const kept = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => here.has(id)));
  return { ...memory, suspicions: kept(memory.suspicions), told: kept(memory.told) };
}

/** Also true when the clock has been set back, so that nothing is put off for hours. */
function hasPassed(seconds: number, since: number, now: number): boolean {
  return now - since >= seconds || now < since;
}

function fail({ request, errors }: Step, what: string, [first = "", ...others]: readonly string[], error: unknown) {
  const which = others.length === 0 ? first : `${first} and ${others.length} more`;
  errors.push(`${request.group}: ${what} ${which}: ${messageOf(error)}`);
}

/** What AWS has taken; the rest becomes errors of the step. */
async function inBatchesOf<T>(step: Step, ids: readonly string[], call: Call<T>, failed: string) {
  const { delivered, unreachable, failures } = await inBatches(ids, call, "at once");
  for (const failure of failures) fail(step, failed, failure.ids, failure.error);
  for (const id of unreachable) fail(step, failed, [id], new Error("Systems Manager cannot reach it"));
  return delivered;
}

/** Reads the answers to the last survey, as soon as all are there or it is no use to wait any longer. */
async function listen(step: Step, { survey, ...memory }: ElasticMemory): Promise<Omit<ElasticOutcome, "errors">> {
  if (survey === undefined) return { memory, told: [], unhealthy: [] };
  const { now } = step.request;
  const waiting = { memory: { ...memory, survey }, told: [], unhealthy: [] };
  if (!hasPassed(SHORTEST_WAIT_SECONDS, survey.sentAt, now)) return waiting;
  const { reports, finished } = await readAnswers(step, survey);
  if (finished < survey.asked && !hasPassed(LONGEST_WAIT_SECONDS, survey.sentAt, now)) return waiting;

  const { suspicions, unhealthy } = await replaceDangling(step, memory.suspicions, reports, survey.sentAt);
  const tellsOfIdle = survey.ofAll && !hasPassed(LONGEST_IDLE_SECONDS, survey.sentAt, now);
  const told = tellsOfIdle ? await stopIdle(step, memory.told, reports) : [];
  const toldNow = Object.fromEntries(told.map((id) => [id, now]));
  return { memory: { ...memory, suspicions, told: { ...memory.told, ...toldNow } }, told, unhealthy };
}

type InstanceReports = ReadonlyMap<string, Report & { readonly system: OperatingSystem }>;

async function readAnswers(step: Step, survey: Survey): Promise<{ reports: InstanceReports; finished: number }> {
  const reports = new Map<string, Report & { system: OperatingSystem }>();
  let finished = 0;
  const read = survey.commands.map(async ({ id: command, system }) => {
    try {
      const answers = await step.instances.answers(command);
      finished += answers.filter((answer) => answer.finished).length;
      for (const { id, output = "" } of answers) {
        const report = readReport(output);
        if (report !== undefined) reports.set(id, { ...report, system });
      }
    } catch (error) {
      fail(step, "no answers to command", [command], error);
    }
  });
  await Promise.all(read);
  return { reports, finished };
}

async function replaceDangling(step: Step, before: Suspicions, reports: InstanceReports, surveyedAt: number) {
  const { instances, agentsTotal, agentsPerInstance } = step.request;
  // An agent that has not begun yet looks like one that has ended.
  const oldEnough = new Set(instancesOldEnough(step.request));
  const relevant = new Map([...reports].filter(([id]) => oldEnough.has(id)));
  const suspicions = suspicionsAfter(before, relevant, surveyedAt);
  const withAgents = instances.filter(({ lifecycleState }) => /^(InService|Terminating)/.test(lifecycleState));
  const agents = { total: agentsTotal, perInstance: agentsPerInstance, instances: withAgents.length };
  const unhealthy: string[] = [];
  const marked = danglingInstances(suspicions, relevant, surveyedAt, agents).map(async (id) => {
    try {
      await step.instances.markUnhealthy(id);
      unhealthy.push(id);
    } catch (error) {
      fail(step, "dangling instance not replaced:", [id], error);
    }
  });
  await Promise.all(marked);
  return { suspicions, unhealthy };
}

function instancesInService({ instances }: ElasticRequest): readonly Instance[] {
  return instances.filter(({ lifecycleState }) => lifecycleState === "InService");
}

function instancesOldEnough(request: ElasticRequest): readonly string[] {
  const minUptime = Math.min(...request.danglingMinUptimeSeconds);
  return instancesInService(request).flatMap(({ id, ageSeconds }) => (ageSeconds >= minUptime ? [id] : []));
}

async function stopIdle(step: Step, told: Told, reports: InstanceReports): Promise<readonly string[]> {
  const ids = instancesToStop(step.request.stop, instancesInService(step.request), reports, told, step.request.now);
  const systems = new Map([...reports].map(([id, { system }]) => [id, system]));
  const sent = await sendToAll(step, "stop", ids, systems, "agent not told to stop:");
  return sent.flatMap((one) => one.ids);
}

async function sendToAll(
  step: Step,
  script: Script,
  ids: readonly string[],
  systems: ReadonlyMap<string, OperatingSystem>,
  failed: string,
) {
  const perSystem = OPERATING_SYSTEMS.map(async (system) => {
    const those = ids.filter((id) => systems.get(id) === system);
    const sent = await inBatchesOf(step, those, (batch) => step.instances.send(script, batch, system), failed);
    return sent.map(({ ids: reached, answer }) => ({ ids: reached, command: { id: answer, system } }));
  });
  return (await Promise.all(perSystem)).flat();
}

/** Sends the next survey if one is due. */
async function ask(step: Step, memory: ElasticMemory): Promise<ElasticMemory> {
  const due = dueSurvey(step.request, memory);
  if (due === undefined || due.ids.length === 0) return memory;
  const reached = await inBatchesOf(step, due.ids, (batch) => step.instances.online(batch), "no survey of");
  const systems = new Map(reached.flatMap(({ answer }) => [...answer]));
  const sent = await sendToAll(step, "survey", due.ids, systems, "no survey of");
  if (sent.length === 0) return due.memory;
  const asked = sent.reduce((sum, { ids }) => sum + ids.length, 0);
  const commands = sent.map(({ command }) => command);
  return { ...due.memory, survey: { ofAll: due.ofAll, sentAt: step.request.now, commands, asked } };
}

/** Whom to ask now, and the memory of having asked them. */
function dueSurvey(request: ElasticRequest, memory: ElasticMemory) {
  const { stop, maxDanglingToCheck, agentsTotal, now } = request;
  if (stop > 0 && hasPassed(SEARCH_SECONDS, memory.searchedAt, now)) {
    const ids = instancesInService(request).map(({ id }) => id);
    return { ids, ofAll: true, memory: { ...memory, checkedAt: now, searchedAt: now } };
  }
  const ids = instancesOldEnough(request);
  const perRound = maxDanglingToCheck > 0 ? Math.ceil(ids.length / maxDanglingToCheck) : 1;
  const pause = Math.min(agentsTotal === 0 ? URGENT_CHECK_SECONDS : CHECK_SECONDS, ROUND_SECONDS / perRound);
  if (!hasPassed(pause, memory.checkedAt, now)) return undefined;
  const window = nextWindow(ids, memory.cursor, maxDanglingToCheck);
  return { ids: window, ofAll: false, memory: { ...memory, checkedAt: now, cursor: window.at(-1) ?? memory.cursor } };
}
