import type { Cluster, Counts } from "./cluster";
import type { Group, GroupState } from "./group";
import { inWords, type Poll } from "./poll-record";

/** One second of the run. */
export interface Moment {
  readonly time: number;
  readonly counts: Counts;
  readonly group: GroupState;
  /** What AgentScaler decided, or why it failed. */
  readonly scaler: string;
}

export interface Run {
  readonly moments: readonly Moment[];
  readonly polls: readonly Poll[];
}

export interface Place {
  readonly cluster: Cluster;
  readonly group: Group;
  /** Tells Buildkite's side how the queue stands. */
  readonly publish: (counts: Counts) => void;
  /** One run of AgentScaler: the polls that it wrote of. */
  readonly scale: () => Promise<readonly Poll[]>;
  readonly onMoment: (moment: Moment) => void;
  /** Waits until this second of the run begins. */
  readonly until: (second: number) => Promise<void>;
}

const LONGEST_SECONDS = 120;
/** How long the group is watched once it is back at its minimum. */
const REST_SECONDS = 3;

/** Lets the cluster work until every job is done and the group at its minimum again. */
export async function atWork(place: Place): Promise<Run> {
  try {
    return await secondBySecond(place);
  } catch (error) {
    // Hosts are protected from scale-in: those that stayed would keep the group from being destroyed.
    await leaveAll(place.group).catch(() => undefined);
    throw error;
  }
}

async function leaveAll(group: Group): Promise<void> {
  for (const host of (await group.state()).inService) await group.leave(host);
}

/** In every second jobs and hosts move on, then AgentScaler runs. */
async function secondBySecond(place: Place): Promise<Run> {
  const { cluster, group } = place;
  const moments: Moment[] = [];
  const polls: Poll[] = [];
  let rest = 0;
  for (let time = 0; time < LONGEST_SECONDS; time++) {
    await place.until(time);
    for (const host of cluster.step(time, (await group.state()).inService)) await group.leave(host);
    place.publish(cluster.counts);
    const made = await outcomeOf(place.scale);
    const scaler = made instanceof Error ? `failed: ${made.message}` : made.map(inWords).join("; ");
    const moment = { time, counts: cluster.counts, group: await group.state(), scaler };
    moments.push(moment);
    place.onMoment(moment);
    if (made instanceof Error) throw new Error(`AgentScaler failed after ${time} s at work: ${made.message}`);
    polls.push(...made);
    rest = cluster.isSilent && isAtMinimum(moment.group) ? rest + 1 : 0;
    if (rest > REST_SECONDS) return { moments, polls };
  }
  throw new Error(`The cluster did not come to rest within ${LONGEST_SECONDS} s. ${shown(moments.at(-1))}`);
}

async function outcomeOf(scale: Place["scale"]): Promise<readonly Poll[] | Error> {
  try {
    const polls = await scale();
    return polls.length > 0 ? polls : new Error("it wrote no line about a poll");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isAtMinimum({ inService, desired, min }: GroupState): boolean {
  return inService.length === min && desired === min;
}

function shown(moment: Moment | undefined): string {
  if (!moment) return "";
  const { counts, group } = moment;
  return (
    `Jobs waiting: ${counts.scheduled}, running: ${counts.running}; instances: ${group.inService.length}, ` +
    `desired: ${group.desired}, minimum: ${group.min}.`
  );
}
