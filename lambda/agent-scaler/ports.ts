import type { Log } from "../shared/log";
import type { LastEvents, Search } from "./aws/activities";
import type { MetricsAnswer } from "./buildkite/metrics-api";
import type { OperatingSystem } from "../shared/run-command";
import type { GroupState } from "./decision/model";

/** Calls to Auto Scaling. They reject with the error of AWS. */
export interface Groups {
  /** Groups that do not exist are missing; undefined: AWS's answer about the group has holes. */
  describe(names: readonly string[]): Promise<ReadonlyMap<string, GroupState | undefined>>;
  setDesired(name: string, desired: number): Promise<void>;
  /** Rejects after the timeout, and where the wanted events are not within the search's page limit. */
  lastEvents(name: string, search: Search, timeoutSeconds: number): Promise<LastEvents>;
}

/** Calls to Buildkite's agent API. */
export interface Queues {
  /** Rejects with a BuildkiteError where Buildkite refuses or cannot be reached. */
  metrics(queue: string): Promise<MetricsAnswer>;
}

/** An instance's answer to a command. */
export interface Answer {
  /** The instance's id. */
  readonly id: string;
  /** Nothing more will come from this instance. */
  readonly finished: boolean;
  /** Absent when the script failed or never ran. */
  readonly output?: string;
}

/** "stop" spares an agent that has got a job since the survey. */
export type Script = "survey" | "stop";

/** Calls to Systems Manager, and Auto Scaling's SetInstanceHealth. A call takes at most 50 ids. */
export interface Instances {
  /** Those that Systems Manager can reach, with their systems; undefined: refused because of one of them. */
  online(ids: readonly string[]): Promise<ReadonlyMap<string, OperatingSystem> | undefined>;
  /** Sends the script and does not wait; answers the command's id, or undefined: refused because of one of the ids. */
  send(script: Script, ids: readonly string[], system: OperatingSystem): Promise<string | undefined>;
  answers(command: string): Promise<readonly Answer[]>;
  markUnhealthy(id: string): Promise<void>;
}

/** Where the memory is stored while no container runs. */
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
  /** undefined: the memory lives in this container only. */
  readonly store: MemoryStore | undefined;
  readonly log: Log;
  /** Writes one JSON object as a line. */
  readonly record: (line: object) => void;
  readonly sleep: (seconds: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
}
