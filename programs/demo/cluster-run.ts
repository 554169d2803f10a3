import type { Cluster, Counts } from "./cluster";
import type { Group, GroupState } from "./group";
import { decisionInWords, type Poll } from "./poll-record";

/** One second of the run. */
export interface Snapshot {
  readonly time: number;
  readonly counts: Counts;
  readonly group: GroupState;
  /** What AgentScaler decided, or why it failed. */
  readonly scaler: string;
}

export interface ClusterRun {
  readonly snapshots: readonly Snapshot[];
  readonly polls: readonly Poll[];
}

export interface RunSetup {
  readonly cluster: Cluster;
  readonly group: Group;
  /** Publishes the queue's counts through the fake Buildkite API. */
  readonly publish: (counts: Counts) => void;
  /** Invokes AgentScaler once and returns the polls in its log. */
  readonly scale: () => Promise<readonly Poll[]>;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Waits until this second of the run. */
  readonly until: (second: number) => Promise<void>;
}

const LONGEST_SECONDS = 120;
/** The run ends when the group has been at its minimum for this long. */
const SECONDS_AT_MINIMUM = 3;

/** Runs the cluster until every job is done and the group is at its minimum again. */
export async function runCluster(place: RunSetup): Promise<ClusterRun> {
  try {
    return await secondBySecond(place);
  } catch (error) {
    // Instances with scale-in protection would prevent the group from being destroyed.
    await terminateAll(place.group).catch(() => undefined);
    throw error;
  }
}

async function terminateAll(group: Group): Promise<void> {
  for (const host of (await group.state()).inService) await group.terminate(host);
}

/** Every second jobs and hosts take a step, then AgentScaler runs. */
async function secondBySecond(place: RunSetup): Promise<ClusterRun> {
  const { cluster, group } = place;
  const snapshots: Snapshot[] = [];
  const polls: Poll[] = [];
  let secondsAtMinimum = 0;
  for (let time = 0; time < LONGEST_SECONDS; time++) {
    await place.until(time);
    for (const host of cluster.step(time, (await group.state()).inService)) await group.terminate(host);
    place.publish(cluster.counts);
    const made = await pollsOrError(place.scale);
    const scaler = made instanceof Error ? `failed: ${made.message}` : made.map(decisionInWords).join("; ");
    const snapshot = { time, counts: cluster.counts, group: await group.state(), scaler };
    snapshots.push(snapshot);
    place.onSnapshot(snapshot);
    if (made instanceof Error) throw new Error(`AgentScaler failed after ${time} s at work: ${made.message}`);
    polls.push(...made);
    secondsAtMinimum = cluster.isFinished && isAtMinimum(snapshot.group) ? secondsAtMinimum + 1 : 0;
    if (secondsAtMinimum > SECONDS_AT_MINIMUM) return { snapshots, polls };
  }
  throw new Error(`The cluster did not come to rest within ${LONGEST_SECONDS} s. ${stateInWords(snapshots.at(-1))}`);
}

async function pollsOrError(scale: RunSetup["scale"]): Promise<readonly Poll[] | Error> {
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

function stateInWords(snapshot: Snapshot | undefined): string {
  if (!snapshot) return "";
  const { counts, group } = snapshot;
  return (
    `Jobs waiting: ${counts.scheduled}, running: ${counts.running}; instances: ${group.inService.length}, ` +
    `desired: ${group.desired}, minimum: ${group.min}.`
  );
}
