import type { Log } from "../shared/log";
import type { LastEvents, ActivitySearch } from "./aws/activities";
import type { MetricsResponse } from "./buildkite/metrics-api";
import type { OperatingSystem } from "../shared/run-command";
import type { GroupState } from "./decision/model";

/** Calls to Auto Scaling. They reject with AWS's error. */
export interface Groups {
  /** Groups that do not exist are missing; undefined: the description of the group is incomplete. */
  describe(names: readonly string[]): Promise<ReadonlyMap<string, GroupState | undefined>>;
  setDesired(name: string, desired: number): Promise<void>;
  /** Rejects after the timeout, and where the wanted events are not within the search's page limit. */
  lastEvents(name: string, search: ActivitySearch, timeoutSeconds: number): Promise<LastEvents>;
}

/** Calls to Buildkite's agent API. */
export interface Queues {
  /** Rejects with a BuildkiteError where Buildkite refuses or cannot be reached. */
  metrics(queue: string): Promise<MetricsResponse>;
}

/** The result of a command on one instance. */
export interface InvocationResult {
  /** The instance's id. */
  readonly id: string;
  /** The status is final. */
  readonly finished: boolean;
  /** Standard output; absent where the script failed or never ran. */
  readonly output?: string;
}

/** "stop" does not stop an agent that has got a job since the survey. */
export type Script = "survey" | "stop";

/** Calls to Systems Manager, and Auto Scaling's SetInstanceHealth. A call takes at most 50 ids. */
export interface Instances {
  /** The instances that Systems Manager can reach, with their systems; undefined: refused because of one of the ids. */
  online(ids: readonly string[]): Promise<ReadonlyMap<string, OperatingSystem> | undefined>;
  /** Sends the script and does not wait. Returns the command's id; undefined: refused because of one of the ids. */
  send(script: Script, ids: readonly string[], system: OperatingSystem): Promise<string | undefined>;
  results(command: string): Promise<readonly InvocationResult[]>;
  markUnhealthy(id: string): Promise<void>;
}

/** Stores the memory outside of the container. */
export interface MemoryStore {
  load(): Promise<string>;
  save(text: string): Promise<void>;
}

/** What one poll needs. */
export interface PollPorts {
  readonly groups: Groups;
  readonly queues: Queues;
  readonly instances: Instances;
  /** Epoch seconds. */
  readonly now: () => number;
}

/** Everything outside this program that an invocation needs. */
export interface Ports extends PollPorts {
  /** undefined: the memory is in this container only. */
  readonly store: MemoryStore | undefined;
  readonly log: Log;
  /** Writes one JSON object as a line. */
  readonly record: (line: object) => void;
  readonly sleep: (seconds: number) => Promise<void>;
  /** As Math.random. */
  readonly random: () => number;
}
