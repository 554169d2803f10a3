import type { Job } from "./jobs";

export interface HostTimes {
  readonly agentsPerInstance: number;
  /** From an instance's launch until its agents are connected; called once per host. */
  readonly bootSeconds: () => number;
  /** A host whose agents have had no job for this long terminates itself. */
  readonly idleSeconds: number;
}

export interface Counts {
  readonly scheduled: number;
  readonly running: number;
  readonly done: number;
  readonly agentsBusy: number;
  readonly agentsIdle: number;
  /** Hosts whose agents are not connected yet. */
  readonly booting: number;
  /** Hosts whose agents are connected. */
  readonly ready: number;
}

interface Host {
  readonly readyAt: number;
  /** When each running job ends: one agent per job. */
  endings: number[];
  idleSince: number;
  /** Its agents have disconnected and it terminates itself. */
  leaving: boolean;
}

/** A simulated Buildkite queue and the hosts that serve it. Times are seconds since the start. */
export class Cluster {
  readonly #arriving: Job[];
  readonly #scheduled: Job[] = [];
  readonly #hosts = new Map<string, Host>();
  readonly #waits: number[] = [];
  #time = 0;
  #done = 0;
  #lost = 0;
  #launched = 0;

  constructor(
    jobs: readonly Job[],
    private readonly times: HostTimes,
  ) {
    this.#arriving = [...jobs].sort((a, b) => a.arrives - b.arrives);
  }

  /** Simulates up to the given time; `instances` are those in service. Returns the hosts that terminate themselves. */
  step(time: number, instances: readonly string[]): string[] {
    this.#time = time;
    this.dropGoneHosts(instances);
    for (const id of instances) if (!this.#hosts.has(id)) this.launch(id);
    for (const host of this.#hosts.values()) this.finishJobs(host);
    while (this.#arriving[0] && this.#arriving[0].arrives <= time) this.#scheduled.push(this.#arriving.shift()!);
    for (const host of this.connected) this.takeJobs(host);
    return [...this.#hosts].filter(([, host]) => this.leaves(host)).map(([id]) => id);
  }

  get counts(): Counts {
    const connected = this.connected;
    const running = connected.reduce((sum, { endings }) => sum + endings.length, 0);
    return {
      scheduled: this.#scheduled.length,
      running,
      done: this.#done,
      agentsBusy: running,
      agentsIdle: connected.length * this.times.agentsPerInstance - running,
      booting: [...this.#hosts.values()].filter(({ readyAt }) => readyAt > this.#time).length,
      ready: connected.length,
    };
  }

  /** No job is scheduled, running or still to arrive. */
  get isFinished(): boolean {
    const { scheduled, running } = this.counts;
    return this.#arriving.length + scheduled + running === 0;
  }

  /** Seconds that each started job has waited. */
  get waits(): readonly number[] {
    return this.#waits;
  }

  /** Jobs whose host was terminated while they ran. */
  get lost(): number {
    return this.#lost;
  }

  get launched(): number {
    return this.#launched;
  }

  private get connected(): Host[] {
    return [...this.#hosts.values()].filter(({ readyAt, leaving }) => readyAt <= this.#time && !leaving);
  }

  private dropGoneHosts(instances: readonly string[]): void {
    for (const [id, { endings }] of this.#hosts) {
      if (instances.includes(id)) continue;
      this.#lost += endings.length;
      this.#hosts.delete(id);
    }
  }

  private launch(id: string): void {
    const readyAt = this.#time + this.times.bootSeconds();
    this.#hosts.set(id, { readyAt, endings: [], idleSince: readyAt, leaving: false });
    this.#launched += 1;
  }

  private finishJobs(host: Host): void {
    const running = host.endings.filter((end) => end > this.#time);
    this.#done += host.endings.length - running.length;
    if (running.length === 0 && host.endings.length > 0) host.idleSince = this.#time;
    host.endings = running;
  }

  private takeJobs(host: Host): void {
    while (host.endings.length < this.times.agentsPerInstance) {
      const job = this.#scheduled.shift();
      if (!job) return;
      this.#waits.push(this.#time - job.arrives);
      host.endings.push(this.#time + job.seconds);
    }
  }

  private leaves(host: Host): boolean {
    const idle = host.endings.length === 0 && this.#time - host.idleSince >= this.times.idleSeconds;
    if (host.leaving || !idle) return false;
    host.leaving = true;
    return true;
  }
}
