import { type Call, inBatches } from "../../shared/batches";
import { messageOf } from "../../shared/log";
import { OPERATING_SYSTEMS, type OperatingSystem } from "../../shared/run-command";
import type { Instances, Script } from "../ports";
import { danglingInstances, instancesToStop, nextWindow, readReport, candidatesAfter } from "./survey";
import type { Instance, Report, DanglingCandidates, StopTimes } from "./survey";

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
  /** Of all instances, to find idle ones; otherwise of some of them, to find dangling ones. */
  readonly ofAllInstances: boolean;
  readonly sentAt: number;
  readonly commands: readonly { readonly id: string; readonly system: OperatingSystem }[];
  readonly asked: number;
}

/** State from one step to the next. Losing it only costs time. */
export interface ElasticMemory {
  /** A survey whose results are not read yet. */
  readonly survey?: Survey;
  /** When the last survey of any kind, and the last one of all instances, was sent. Epoch seconds. */
  readonly surveyedAt: number;
  readonly fullSurveyAt: number;
  /** Id of the last instance in the last survey for dangling instances. */
  readonly cursor: string;
  readonly candidates: DanglingCandidates;
  readonly stopTimes: StopTimes;
}

export const emptyElasticMemory: ElasticMemory = {
  surveyedAt: 0,
  fullSurveyAt: 0,
  cursor: "",
  candidates: {},
  stopTimes: {},
};

export interface ElasticOutcome {
  readonly memory: ElasticMemory;
  /** Instances that the stop script was sent to. */
  readonly stopSent: readonly string[];
  readonly unhealthy: readonly string[];
  readonly errors: readonly string[];
}

const SHORTEST_WAIT_SECONDS = 3;
const LONGEST_WAIT_SECONDS = 60;
/** Older results are not used: an idle instance may have got a job since. */
const LONGEST_IDLE_SECONDS = 90;
const FULL_SURVEY_SECONDS = 60;
const DANGLING_CHECK_SECONDS = 300;
/** Where no agent is connected. */
const NO_AGENTS_CHECK_SECONDS = 60;
/** Each instance is checked about once in this time, so large groups are surveyed more often. */
const ROUND_SECONDS = 2700;

/** Reads the results of an earlier survey, or sends one. Never waits for instances. Failures are returned as `errors`. */
export async function elasticStep(
  request: ElasticRequest,
  memory: ElasticMemory,
  instances: Instances,
): Promise<ElasticOutcome> {
  const step: Step = { request, instances, errors: [] };
  const read = await readSurvey(step, withoutTerminated(memory, request.instances));
  const asked = read.memory.survey ? read.memory : await sendSurvey(step, read.memory);
  return { ...read, memory: asked, errors: step.errors };
}

interface Step {
  readonly request: ElasticRequest;
  readonly instances: Instances;
  readonly errors: string[];
}

function withoutTerminated(memory: ElasticMemory, instances: readonly Instance[]): ElasticMemory {
  const here = new Set(instances.map(({ id }) => id));
  const kept = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => here.has(id)));
  return { ...memory, candidates: kept(memory.candidates), stopTimes: kept(memory.stopTimes) };
}

/** Also true when the clock has been set back, so that nothing is put off for hours. */
function hasPassed(seconds: number, since: number, now: number): boolean {
  return now - since >= seconds || now < since;
}

function fail({ request, errors }: Step, what: string, [first = "", ...others]: readonly string[], error: unknown) {
  const which = others.length === 0 ? first : `${first} and ${others.length} more`;
  errors.push(`${request.group}: ${what} ${which}: ${messageOf(error)}`);
}

/** The batches that AWS has accepted; the others become errors of the step. */
async function inBatchesOf<T>(step: Step, ids: readonly string[], call: Call<T>, failed: string) {
  const { delivered, unreachable, failures } = await inBatches(ids, call, "parallel");
  for (const failure of failures) fail(step, failed, failure.ids, failure.error);
  for (const id of unreachable) fail(step, failed, [id], new Error("Systems Manager cannot reach it"));
  return delivered;
}

/** Reads the results of the last survey once it is complete or has timed out, and acts on them. */
async function readSurvey(step: Step, { survey, ...memory }: ElasticMemory): Promise<Omit<ElasticOutcome, "errors">> {
  if (survey === undefined) return { memory, stopSent: [], unhealthy: [] };
  const { now } = step.request;
  const waiting = { memory: { ...memory, survey }, stopSent: [], unhealthy: [] };
  if (!hasPassed(SHORTEST_WAIT_SECONDS, survey.sentAt, now)) return waiting;
  const { reports, finished } = await readResults(step, survey);
  if (finished < survey.asked && !hasPassed(LONGEST_WAIT_SECONDS, survey.sentAt, now)) return waiting;

  const { candidates, unhealthy } = await replaceDangling(step, memory.candidates, reports, survey.sentAt);
  const isCurrent = survey.ofAllInstances && !hasPassed(LONGEST_IDLE_SECONDS, survey.sentAt, now);
  const stopSent = isCurrent ? await stopIdle(step, memory.stopTimes, reports) : [];
  const stoppedNow = Object.fromEntries(stopSent.map((id) => [id, now]));
  return { memory: { ...memory, candidates, stopTimes: { ...memory.stopTimes, ...stoppedNow } }, stopSent, unhealthy };
}

type InstanceReports = ReadonlyMap<string, Report & { readonly system: OperatingSystem }>;

async function readResults(step: Step, survey: Survey): Promise<{ reports: InstanceReports; finished: number }> {
  const reports = new Map<string, Report & { system: OperatingSystem }>();
  let finished = 0;
  const read = survey.commands.map(async ({ id: command, system }) => {
    try {
      const answers = await step.instances.results(command);
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

async function replaceDangling(step: Step, before: DanglingCandidates, reports: InstanceReports, surveyedAt: number) {
  const { instances, agentsTotal, agentsPerInstance } = step.request;
  // An agent that has not started yet looks like one that has stopped.
  const oldEnough = new Set(instancesOldEnough(step.request));
  const relevant = new Map([...reports].filter(([id]) => oldEnough.has(id)));
  const candidates = candidatesAfter(before, relevant, surveyedAt);
  const withAgents = instances.filter(({ lifecycleState }) => /^(InService|Terminating)/.test(lifecycleState));
  const agents = { total: agentsTotal, perInstance: agentsPerInstance, instances: withAgents.length };
  const unhealthy: string[] = [];
  const marked = danglingInstances(candidates, relevant, surveyedAt, agents).map(async (id) => {
    try {
      await step.instances.markUnhealthy(id);
      unhealthy.push(id);
    } catch (error) {
      fail(step, "dangling instance not replaced:", [id], error);
    }
  });
  await Promise.all(marked);
  return { candidates, unhealthy };
}

function instancesInService({ instances }: ElasticRequest): readonly Instance[] {
  return instances.filter(({ lifecycleState }) => lifecycleState === "InService");
}

function instancesOldEnough(request: ElasticRequest): readonly string[] {
  const minUptime = Math.min(...request.danglingMinUptimeSeconds);
  return instancesInService(request).flatMap(({ id, ageSeconds }) => (ageSeconds >= minUptime ? [id] : []));
}

async function stopIdle(step: Step, stopTimes: StopTimes, reports: InstanceReports): Promise<readonly string[]> {
  const ids = instancesToStop(
    step.request.stop,
    instancesInService(step.request),
    reports,
    stopTimes,
    step.request.now,
  );
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
    return sent.map(({ ids: reached, result }) => ({ ids: reached, command: { id: result, system } }));
  });
  return (await Promise.all(perSystem)).flat();
}

/** Sends the next survey if one is due. */
async function sendSurvey(step: Step, memory: ElasticMemory): Promise<ElasticMemory> {
  const due = dueSurvey(step.request, memory);
  if (due === undefined || due.ids.length === 0) return memory;
  const reached = await inBatchesOf(step, due.ids, (batch) => step.instances.online(batch), "no survey of");
  const systems = new Map(reached.flatMap(({ result }) => [...result]));
  const sent = await sendToAll(step, "survey", due.ids, systems, "no survey of");
  if (sent.length === 0) return due.memory;
  const asked = sent.reduce((sum, { ids }) => sum + ids.length, 0);
  const commands = sent.map(({ command }) => command);
  return { ...due.memory, survey: { ofAllInstances: due.ofAllInstances, sentAt: step.request.now, commands, asked } };
}

interface DueSurvey {
  readonly ids: readonly string[];
  readonly ofAllInstances: boolean;
  /** The memory once the survey was sent. */
  readonly memory: ElasticMemory;
}

/** undefined: no survey is due. */
function dueSurvey(request: ElasticRequest, memory: ElasticMemory): DueSurvey | undefined {
  const { stop, maxDanglingToCheck, agentsTotal, now } = request;
  if (stop > 0 && hasPassed(FULL_SURVEY_SECONDS, memory.fullSurveyAt, now)) {
    const ids = instancesInService(request).map(({ id }) => id);
    return { ids, ofAllInstances: true, memory: { ...memory, surveyedAt: now, fullSurveyAt: now } };
  }
  const ids = instancesOldEnough(request);
  const perRound = maxDanglingToCheck > 0 ? Math.ceil(ids.length / maxDanglingToCheck) : 1;
  const pause = Math.min(
    agentsTotal === 0 ? NO_AGENTS_CHECK_SECONDS : DANGLING_CHECK_SECONDS,
    ROUND_SECONDS / perRound,
  );
  if (!hasPassed(pause, memory.surveyedAt, now)) return undefined;
  const window = nextWindow(ids, memory.cursor, maxDanglingToCheck);
  return {
    ids: window,
    ofAllInstances: false,
    memory: { ...memory, surveyedAt: now, cursor: window.at(-1) ?? memory.cursor },
  };
}
