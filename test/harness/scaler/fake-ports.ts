import type { LastEvents, ActivitySearch } from "../../../lambda/agent-scaler/aws/activities";
import { BuildkiteError, type MetricsResponse } from "../../../lambda/agent-scaler/buildkite/metrics-api";
import { type AgentScalerConfig, type Environment, parseConfig } from "../../../lambda/agent-scaler/config";
import type { MemoryStore } from "../../../lambda/agent-scaler/ports";
import { newTarget, type Target } from "../../../lambda/agent-scaler/state/target";
import type { Groups, Queues } from "../../../lambda/agent-scaler/ports";
import type { Ports } from "../../../lambda/agent-scaler/ports";
import { FakeInstances } from "./fake-instances";
import { recordedLog } from "../recorded-log";
import type { GroupState, Settings } from "../../../lambda/agent-scaler/decision/model";

/** A minute begins here, in epoch seconds. */
export const START = 1_700_000_040;

interface Write {
  readonly group: string;
  readonly desired: number;
}

/** All that a scaler has to do with, in memory. The clock goes on when the scaler sleeps, and where a test moves it. */
export class FakePorts implements Ports {
  time = START;
  /** Seconds that have really passed, however often the clock is set. */
  passed = 0;
  readonly groupStates = new Map<string, GroupState | undefined>();
  /** Times at which each queue was asked for. */
  readonly asked: { readonly queue: string; readonly at: number }[] = [];
  readonly described: (readonly string[])[] = [];
  readonly written: Write[] = [];
  readonly searches: { readonly group: string; readonly search: ActivitySearch; readonly timeoutSeconds: number }[] =
    [];
  readonly instances = new FakeInstances();
  readonly records: any[] = [];
  readonly memory = new FakeMemory();
  store: MemoryStore | undefined = this.memory;

  /** These may throw, change something or take time. */
  answer: (queue: string) => MetricsResponse = () => answerOf({});
  beforeDescribe: (call: number) => void = () => undefined;
  beforeWrite: (write: Write) => void = () => undefined;
  history: (group: string) => LastEvents = () => ({ lastScaleOut: null, lastScaleIn: null });
  whileAsleep: () => void = () => undefined;
  random: () => number = () => 1;

  private readonly recorded = recordedLog();
  readonly log = this.recorded.log;

  readonly now = (): number => this.time;
  readonly record = (line: object): void => void this.records.push(line);

  readonly sleep = (seconds: number): Promise<void> => {
    this.pass(seconds);
    return attempted(this.whileAsleep);
  };

  readonly queues: Queues = {
    metrics: (queue) => {
      this.asked.push({ queue, at: this.time });
      return attempted(() => this.answer(queue));
    },
  };

  readonly groups: Groups = {
    describe: (names) => {
      this.described.push(names);
      return attempted(() => {
        this.beforeDescribe(this.described.length);
        return new Map([...this.groupStates].filter(([name]) => names.includes(name)));
      });
    },
    setDesired: (group, desired) =>
      attempted(() => {
        this.written.push({ group, desired });
        this.beforeWrite({ group, desired });
        this.resize(group, desired);
      }),
    lastEvents: (group, search, timeoutSeconds) => {
      this.searches.push({ group, search, timeoutSeconds });
      return attempted(() => this.history(group));
    },
  };

  /** What was logged, each line with its level and its fields. */
  get lines(): any[] {
    return this.recorded.lines.map((line) => JSON.parse(line));
  }

  pass(seconds: number): void {
    this.time += seconds;
    this.passed += seconds;
  }

  /** A queue with this many scheduled jobs and a group of the same name, whose instances can be reached. */
  target(jobs: number, options: GroupOptions, settings: Partial<Settings> = {}, name = "ci-asg"): Target {
    const others = this.answer;
    const group = groupOf(options);
    this.answer = (queue) =>
      queue === name ? answerOf({ scheduled: jobs, agentsTotal: group.desired }) : others(queue);
    this.groupStates.set(name, group);
    for (const { id } of group.instances) this.instances.add(id);
    return newTarget(name, name, { ...SETTINGS, ...settings }, 5);
  }

  resize(group: string, desired: number): void {
    this.groupStates.set(group, { ...this.groupStates.get(group)!, desired });
  }
}

/** What a scaler writes down between two containers. */
export class FakeMemory implements MemoryStore {
  text = "{}";
  loads = 0;
  readonly saved: string[] = [];
  loading: Error | undefined;
  saving: Error | undefined;

  load(): Promise<string> {
    this.loads += 1;
    return this.loading ? Promise.reject(this.loading) : Promise.resolve(this.text);
  }

  save(text: string): Promise<void> {
    if (this.saving) return Promise.reject(this.saving);
    this.text = text;
    this.saved.push(text);
    return Promise.resolve();
  }
}

function attempted<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => resolve(action()));
}

export interface AnswerOptions extends Partial<MetricsResponse["metrics"]> {
  readonly organization?: string;
  readonly pollDuration?: string | undefined;
}

export function answerOf({ organization = "acme", pollDuration, ...metrics }: AnswerOptions): MetricsResponse {
  const nothing = { scheduled: 0, running: 0, waiting: 0, agentsTotal: 0 };
  return { organization, pollDuration, metrics: { ...nothing, ...metrics } };
}

export interface GroupOptions {
  readonly desired: number;
  readonly min?: number;
  readonly max?: number;
  readonly inService?: number;
  readonly pending?: number;
}

/** As many instances in service as desired, by default. */
export function groupOf({ desired, min = 0, max = 100, inService = desired, pending = 0 }: GroupOptions): GroupState {
  const instances = Array.from({ length: inService + pending }, (_, index) => ({
    id: `i-${String(index).padStart(17, "0")}`,
    lifecycleState: index < inService ? "InService" : "Pending",
  }));
  return { desired, min, max, instances };
}

/** One queue and one group, everything else as Buildkite's scaler has it by default. */
export function scalerConfig(environment: Environment = {}): AgentScalerConfig {
  return parseConfig({
    BUILDKITE_QUEUE: "default",
    ASG_NAME: "ci-asg",
    AGENTS_PER_INSTANCE: "1",
    BUILDKITE_AGENT_TOKEN_SSM_KEY: "/ci/token",
    LAMBDA_TIMEOUT: "55s",
    ...environment,
  });
}

export const SETTINGS: Settings = scalerConfig().targets[0]!.settings;

/** Many queues and groups in place of one. */
export function serving(targets: readonly { readonly queue: string; readonly group: string }[]): Environment {
  return { QUEUE_GROUPS: JSON.stringify(targets), BUILDKITE_QUEUE: "", ASG_NAME: "" };
}

/** For everything that a test lets fail. */
export function fail(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

/** Answers of Buildkite that refuse. */
export const fails =
  (status: number, retryAfterSeconds?: number, message = `answered ${String(status)}`) =>
  () => {
    throw new BuildkiteError(message, status, retryAfterSeconds);
  };

/** Two targets of which a test lets the second one fail. */
export const WORKS_AND_FAILS = serving([
  { queue: "works", group: "a-asg" },
  { queue: "fails", group: "b-asg" },
]);
