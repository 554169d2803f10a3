import type { MetricsResponse } from "../../../lambda/agent-scaler/buildkite/metrics-api";
import type { PollPorts } from "../../../lambda/agent-scaler/ports";
import type { RandomNumbers } from "../random-numbers";
import type { GroupState } from "../../../lambda/agent-scaler/decision/model";

interface Instance {
  readonly id: string;
  /** "leaving": its agents have stopped, and it has not told its group yet. */
  state: "Pending" | "InService" | "connected" | "leaving";
}

export interface ClusterOptions {
  readonly min: number;
  readonly max: number;
  readonly agentsPerInstance: number;
  readonly scheduled: number;
  readonly instances: number;
}

export interface Write {
  readonly scaler: string;
  /** The sizes that the scaler has read in this poll, in order. */
  readonly read: readonly number[];
  readonly to: number;
}

const START = 1_700_000_000;

/**
 * A queue, a group and its instances, in which every call of a scaler happens in two steps at random moments: AWS or
 * Buildkite acts, and later the scaler hears of it. Anything else may happen between any two steps.
 */
export class InterleavedCluster {
  /** Epoch seconds. */
  now = START;
  scheduled: number;
  running = 0;
  desired: number;
  readonly writes: Write[] = [];
  /** Most instances that were needed, beside those that were leaving, and that were wanted, at any time. */
  readonly peak: { needed: number; desired: number };
  /** Calls are answered at once from now on. */
  calm = false;
  private readonly instances: Instance[] = [];
  private readonly read = new Map<string, number[]>();
  private readonly events: { what: string; desired: number; needed: number }[] = [];
  private readonly steps: (() => void)[] = [];
  private instancesMade = 0;

  constructor(
    readonly options: ClusterOptions,
    private readonly random: RandomNumbers,
  ) {
    this.scheduled = options.scheduled;
    this.desired = options.instances;
    for (let index = 0; index < options.instances; index += 1) this.launch("connected");
    this.peak = { needed: this.needed, desired: this.desired };
  }

  /** Instances that the jobs need, within the group's limits. */
  get needed(): number {
    const { min, max, agentsPerInstance } = this.options;
    return Math.max(Math.min(Math.ceil((this.scheduled + this.running) / agentsPerInstance), max), min);
  }

  get callsUnderWay(): boolean {
    return this.steps.length > 0;
  }

  /** One random step of a call that is under way. */
  advance(): void {
    const index = this.random.between(0, this.steps.length - 1);
    const [step] = this.steps.splice(index, 1);
    step?.();
  }

  beginPoll(scaler: string): void {
    this.read.set(scaler, []);
  }

  ports(scaler: string): PollPorts {
    const never = (): Promise<never> => Promise.reject(new Error("no port for this"));
    return {
      now: () => this.now,
      queues: { metrics: () => this.call(`${scaler} reads the queue`, () => this.metrics()) },
      groups: {
        describe: ([name = ""]) => this.call(`${scaler} reads the group`, () => new Map([[name, this.group(scaler)]])),
        setDesired: (_, size) => this.call(`${scaler} sets ${String(size)}`, () => this.setDesired(scaler, size)),
        lastEvents: never,
      },
      instances: new Proxy({}, { get: () => never }) as PollPorts["instances"],
    };
  }

  private call<T>(name: string, act: () => T): Promise<T> {
    const happen = (): T => {
      this.tell(name);
      return act();
    };
    if (this.calm) return Promise.resolve(happen());
    return new Promise((resolve) => {
      this.steps.push(() => {
        const answer = happen();
        this.steps.push(() => resolve(answer));
      });
    });
  }

  private tell(what: string): void {
    const { desired, needed, peak } = this;
    this.events.push({ what, desired, needed });
    const leaving = this.instances.filter(({ state }) => state === "leaving").length;
    if (needed + leaving > peak.needed) peak.needed = needed + leaving;
    if (desired > peak.desired) peak.desired = desired;
  }

  /** What happened, for the message of a failed test. */
  story(): string {
    return this.events.map((e) => `${e.what} (desired ${String(e.desired)}, needed ${String(e.needed)})`).join("\n");
  }

  private metrics(): MetricsResponse {
    const total = this.agents();
    const metrics = { scheduled: this.scheduled, running: this.running, waiting: 0, agentsTotal: total };
    const idle = Math.max(total - this.running, 0);
    return { organization: "acme", pollDuration: undefined, metrics: { ...metrics, agentsIdle: idle } };
  }

  private group(reader: string): GroupState {
    const { min, max } = this.options;
    this.read.get(reader)?.push(this.desired);
    const instances = this.instances.map(({ id, state }) => ({
      id,
      lifecycleState: state === "Pending" ? "Pending" : "InService",
    }));
    return { desired: this.desired, min, max, instances };
  }

  private setDesired(scaler: string, size: number): void {
    this.writes.push({ scaler, read: [...(this.read.get(scaler) ?? [])], to: size });
    this.desired = size;
  }

  /** Something that happens without a scaler; false: it cannot happen now. */
  happen(event: ClusterEvent): boolean {
    const happened = this[event]();
    if (happened) this.tell(event);
    return happened;
  }

  timePasses(seconds = this.random.between(1, 5)): boolean {
    this.now += seconds;
    return true;
  }

  jobsArrive(): boolean {
    this.scheduled += this.random.between(1, 3);
    return true;
  }

  jobsStart(): boolean {
    const started = Math.min(this.scheduled, Math.max(this.agents() - this.running, 0));
    this.scheduled -= started;
    this.running += started;
    return started > 0;
  }

  jobFinishes(): boolean {
    if (this.running === 0) return false;
    this.running -= 1;
    return true;
  }

  /** The group has one instance too few, or one instance in boot. */
  groupLaunches(): boolean {
    if (this.instances.length >= this.desired) return false;
    this.launch("Pending");
    return true;
  }

  instanceBoots(): boolean {
    const instance =
      this.instances.find(({ state }) => state === "Pending") ??
      this.instances.find(({ state }) => state === "InService");
    if (instance === undefined) return false;
    instance.state = instance.state === "Pending" ? "InService" : "connected";
    return true;
  }

  idleInstanceStops(): boolean {
    const instance = this.instances.find(({ state }) => state === "connected");
    if (instance === undefined || this.idleInstances() === 0 || this.desired <= this.options.min) return false;
    instance.state = "leaving";
    return true;
  }

  instanceLeavesItsGroup(): boolean {
    const index = this.instances.findIndex(({ state }) => state === "leaving");
    if (index < 0) return false;
    this.instances.splice(index, 1);
    this.desired = Math.max(this.desired - 1, this.options.min);
    return true;
  }

  /** Without scale-in protection for idle instances: the group ends what it has too much of. */
  groupShrinks(): boolean {
    if (this.instances.length <= this.desired) return false;
    const index = this.instances.findIndex(({ state }) => state !== "connected");
    if (index < 0 && this.idleInstances() === 0) return false;
    this.instances.splice(Math.max(index, 0), 1);
    return true;
  }

  private agents(): number {
    return this.instances.filter(({ state }) => state === "connected").length * this.options.agentsPerInstance;
  }

  /** Jobs fill the instances one after the other. */
  private idleInstances(): number {
    const { agentsPerInstance } = this.options;
    return this.agents() / agentsPerInstance - Math.ceil(this.running / agentsPerInstance);
  }

  private launch(state: Instance["state"]): void {
    this.instancesMade += 1;
    this.instances.push({ id: `i-${String(this.instancesMade)}`, state });
  }
}

export type ClusterEvent =
  | "timePasses"
  | "jobsArrive"
  | "jobsStart"
  | "jobFinishes"
  | "groupLaunches"
  | "instanceBoots"
  | "idleInstanceStops"
  | "instanceLeavesItsGroup"
  | "groupShrinks";
