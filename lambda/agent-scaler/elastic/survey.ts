export interface Instance {
  readonly id: string;
  readonly lifecycleState: string;
  /** Time that it has been in service for certain. */
  readonly ageSeconds: number;
}

/** What an instance says about its agent. */
export interface Report {
  readonly agent: "active" | "starting" | "draining" | "stopped";
  /** Jobs that run on the instance. */
  readonly jobs: number;
}

/** By instance; instances whose answer is not conclusive are missing. */
export type Reports = ReadonlyMap<string, Report>;

/** Agents that do no work and may never do any again: which way, and since which survey without a break. */
export type Suspicions = Readonly<Record<string, { readonly agent: "stopped" | "draining"; readonly since: number }>>;

/** When instances were told to stop, in epoch seconds. */
export type Told = Readonly<Record<string, number>>;

/** systemd's words; the Windows script uses the same. */
const STATES = new Map<string, Report["agent"]>([
  ["active", "active"],
  ["activating", "starting"],
  ["reloading", "starting"],
  ["deactivating", "draining"],
  ["inactive", "stopped"],
  ["failed", "stopped"],
]);

/** Two polls lie between the two looks that a stopped agent takes, also where Buildkite asks for a poll per minute. */
const STOPPED_SECONDS = 120;
/** An agent without jobs needs moments to end. */
const DRAINING_SECONDS = 3600;
/** After this time an instance that was told to stop and has not done so may be told again. */
const TOLD_SECONDS = 900;

/** undefined: the output is not exactly the one line of the survey scripts. */
export function readReport(output: string): Report | undefined {
  const [, state = "", jobs] = /^buildkite-agent state=([a-z]+) jobs=(\d+)\r?\n?$/.exec(output) ?? [];
  const agent = STATES.get(state);
  return agent === undefined ? undefined : { agent, jobs: Number(jobs) };
}

export function suspicionsAfter(before: Suspicions, reports: Reports, surveyedAt: number): Suspicions {
  const after = { ...before };
  for (const [id, { agent, jobs }] of reports) {
    const known = before[id];
    if (jobs > 0 || agent === "active" || agent === "starting") Reflect.deleteProperty(after, id);
    else if (known?.agent !== agent) after[id] = { agent, since: surveyedAt };
  }
  return after;
}

/** Instances that this survey, too, saw without a working agent, for too long. */
export function danglingInstances(
  suspicions: Suspicions,
  reports: Reports,
  surveyedAt: number,
  agents: { readonly total: number; readonly perInstance: number; readonly instances: number },
): readonly string[] {
  const overdue = [...reports.keys()].filter((id) => {
    const { agent, since = Infinity } = suspicions[id] ?? {};
    return surveyedAt - since >= (agent === "stopped" ? STOPPED_SECONDS : DRAINING_SECONDS);
  });
  const isStopped = (id: string) => suspicions[id]?.agent === "stopped";
  const others = agents.instances - overdue.filter(isStopped).length;
  // More agents than the other instances can run: one of these instances is at work after all.
  const consistent = agents.total <= Math.max(agents.perInstance, 1) * others;
  return overdue.filter((id) => consistent || !isStopped(id));
}

/** Of the instances in service the idle ones, the oldest first. Those that are leaving already count as stopped. */
export function instancesToStop(
  stop: number,
  inService: readonly Instance[],
  reports: Reports,
  told: Told,
  now: number,
): readonly string[] {
  const toldLately = (id: string) => now - (told[id] ?? -Infinity) < TOLD_SECONDS;
  const leaving = inService.filter(({ id }) => {
    const agent = reports.get(id)?.agent;
    return agent === undefined ? toldLately(id) : agent === "draining" || agent === "stopped";
  });
  const idle = inService.filter(({ id }) => {
    const report = reports.get(id);
    return report?.agent === "active" && report.jobs === 0 && !toldLately(id);
  });
  const oldestFirst = idle.sort((a, b) => b.ageSeconds - a.ageSeconds);
  return oldestFirst.slice(0, Math.max(stop - leaving.length, 0)).map(({ id }) => id);
}

/** The next instances in the order of their ids, in a circle: whoever stays in the group is seen in every round. */
export function nextWindow(ids: readonly string[], lastSeen: string, size: number): readonly string[] {
  const ordered = [...ids].sort();
  if (size <= 0) return ordered;
  const following = ordered.filter((id) => id > lastSeen);
  return [...following, ...ordered.filter((id) => id <= lastSeen)].slice(0, size);
}
