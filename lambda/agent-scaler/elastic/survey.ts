export interface Instance {
  readonly id: string;
  readonly lifecycleState: string;
  /** For how long it has been in service at least. */
  readonly ageSeconds: number;
}

/** The state of an instance's agent. */
export interface Report {
  readonly agent: "active" | "starting" | "draining" | "stopped";
  /** Jobs that run on the instance. */
  readonly jobs: number;
}

/** By instance id; instances without a conclusive report are missing. */
export type Reports = ReadonlyMap<string, Report>;

/** By instance id: agents that were stopped or draining without a job in every survey since then (epoch seconds). */
export type DanglingCandidates = Readonly<
  Record<string, { readonly agent: "stopped" | "draining"; readonly since: number }>
>;

/** By instance id: when the stop script was sent, in epoch seconds. */
export type StopTimes = Readonly<Record<string, number>>;

/** systemd's states; the Windows script uses the same. */
const STATES = new Map<string, Report["agent"]>([
  ["active", "active"],
  ["activating", "starting"],
  ["reloading", "starting"],
  ["deactivating", "draining"],
  ["inactive", "stopped"],
  ["failed", "stopped"],
]);

/** For a stopped agent: two polls apart, even where Buildkite asks for one poll per minute. */
const STOPPED_SECONDS = 120;
/** For a draining agent, which ends within seconds where it has no jobs. */
const DRAINING_SECONDS = 3600;
/** After this time the stop script may be sent to an instance again. */
const STOP_REPEAT_SECONDS = 900;

/** Parses the output of a survey script. undefined: it is not exactly the script's line. */
export function readReport(output: string): Report | undefined {
  const [, state = "", jobs] = /^buildkite-agent state=([a-z]+) jobs=(\d+)\r?\n?$/.exec(output) ?? [];
  const agent = STATES.get(state);
  return agent === undefined ? undefined : { agent, jobs: Number(jobs) };
}

export function candidatesAfter(before: DanglingCandidates, reports: Reports, surveyedAt: number): DanglingCandidates {
  const after = { ...before };
  for (const [id, { agent, jobs }] of reports) {
    const known = before[id];
    if (jobs > 0 || agent === "active" || agent === "starting") Reflect.deleteProperty(after, id);
    else if (known?.agent !== agent) after[id] = { agent, since: surveyedAt };
  }
  return after;
}

/** Instances of this survey whose agent has been stopped or draining for too long. */
export function danglingInstances(
  candidates: DanglingCandidates,
  reports: Reports,
  surveyedAt: number,
  agents: { readonly total: number; readonly perInstance: number; readonly instances: number },
): readonly string[] {
  const overdue = [...reports.keys()].filter((id) => {
    const { agent, since = Infinity } = candidates[id] ?? {};
    return surveyedAt - since >= (agent === "stopped" ? STOPPED_SECONDS : DRAINING_SECONDS);
  });
  const isStopped = (id: string) => candidates[id]?.agent === "stopped";
  const others = agents.instances - overdue.filter(isStopped).length;
  // More agents than the other instances can run: some of these instances have a connected agent.
  const consistent = agents.total <= Math.max(agents.perInstance, 1) * others;
  return overdue.filter((id) => consistent || !isStopped(id));
}

/** Ids of the idle instances in service to stop, oldest first. Instances that are stopping already count towards `stop`. */
export function instancesToStop(
  stop: number,
  inService: readonly Instance[],
  reports: Reports,
  stopTimes: StopTimes,
  now: number,
): readonly string[] {
  const stoppedLately = (id: string) => now - (stopTimes[id] ?? -Infinity) < STOP_REPEAT_SECONDS;
  const leaving = inService.filter(({ id }) => {
    const agent = reports.get(id)?.agent;
    return agent === undefined ? stoppedLately(id) : agent === "draining" || agent === "stopped";
  });
  const idle = inService.filter(({ id }) => {
    const report = reports.get(id);
    return report?.agent === "active" && report.jobs === 0 && !stoppedLately(id);
  });
  const oldestFirst = idle.sort((a, b) => b.ageSeconds - a.ageSeconds);
  return oldestFirst.slice(0, Math.max(stop - leaving.length, 0)).map(({ id }) => id);
}

/** The next instances in the circular order of their ids: every instance that stays is in one window per round. */
export function nextWindow(ids: readonly string[], lastSeen: string, size: number): readonly string[] {
  const ordered = [...ids].sort();
  if (size <= 0) return ordered;
  const following = ordered.filter((id) => id > lastSeen);
  return [...following, ...ordered.filter((id) => id <= lastSeen)].slice(0, size);
}
