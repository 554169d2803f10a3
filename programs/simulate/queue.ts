import type { Clock } from "./clock";
import type { Build, Host, Job, Progress } from "./host";
import type { Measures } from "./measures";
import type { Random } from "./random";

const DISPATCH_SECONDS = [1, 3] as const;

export interface Hosts {
  /** Every agent of the host has finished, or has just connected. */
  readonly onIdle: (host: Host) => void;
  /** Each agent disconnects after one job; its host goes on with the others. */
  readonly agentsTakeOneJob: boolean;
}

/** The Buildkite queue: it dispatches jobs to agents. An agent that has just finished a job is the first to get another. */
export class Queue {
  scheduled = 0;
  running = 0;
  waiting = 0;
  agents = 0;
  hosts: Hosts = { onIdle: () => undefined, agentsTakeOneJob: false };
  readonly #ready: Job[] = [];
  #firstReady = 0;
  /** One entry for each idle agent; those of lost hosts are skipped. */
  readonly #recentlyBusy: Host[] = [];
  readonly #neverBusy: Host[] = [];
  #firstNeverBusy = 0;
  #isPaused = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly measures: Measures,
  ) {}

  arrive(build: Build): void {
    this.waiting += build.stages.slice(1).reduce((sum, jobs) => sum + jobs.length, 0);
    this.begin({ build, stage: 0, unfinished: 0 });
  }

  /** Jobs that no agent here can take. */
  arriveUnserviceable(count: number): void {
    this.scheduled += count;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.dispatch();
  }

  connect(host: Host, agents: number): void {
    host.agents = agents;
    this.agents += agents;
    for (let i = 0; i < agents; i++) this.#neverBusy.push(host);
    this.markIdle(host);
    this.dispatch();
  }

  /** The jobs of a terminated host run again. */
  disconnect(host: Host): void {
    this.agents -= host.agents;
    this.running -= host.running;
    this.scheduled -= host.jobs.size - host.running;
    this.measures.interrupted += host.running;
    for (const job of host.jobs) this.schedule(job);
    host.jobs.clear();
    host.agents = 0;
    host.running = 0;
    host.engaged = 0;
    this.dispatch();
  }

  private begin(progress: Progress): void {
    const { build, stage } = progress;
    const jobs = build.stages[stage];
    if (jobs === undefined || (build.blockedBefore !== undefined && stage >= build.blockedBefore)) return;
    if (stage > 0) this.waiting -= jobs.length;
    progress.unfinished = jobs.length;
    this.measures.jobs += jobs.length;
    for (const seconds of jobs) this.schedule({ build: progress, seconds, readyAt: this.clock.now });
    this.dispatch();
  }

  private schedule(job: Job): void {
    job.readyAt = this.clock.now;
    this.scheduled++;
    this.#ready.push(job);
  }

  private dispatch(): void {
    if (this.#isPaused) return;
    while (this.#firstReady < this.#ready.length) {
      const host = this.idleAgent();
      if (host === undefined) return;
      const job = this.#ready[this.#firstReady++]!;
      if (this.#firstReady > 1000 && this.#firstReady * 2 > this.#ready.length) {
        this.#ready.splice(0, this.#firstReady);
        this.#firstReady = 0;
      }
      host.engaged++;
      host.jobs.add(job);
      this.clock.after(this.random.within(...DISPATCH_SECONDS), () => this.start(host, job));
    }
  }

  private idleAgent(): Host | undefined {
    for (let host = this.#recentlyBusy.pop(); host; host = this.#recentlyBusy.pop()) {
      if (!host.isGone) return host;
    }
    while (this.#firstNeverBusy < this.#neverBusy.length) {
      const host = this.#neverBusy[this.#firstNeverBusy++]!;
      if (!host.isGone) return host;
    }
    this.#neverBusy.length = 0;
    this.#firstNeverBusy = 0;
    return undefined;
  }

  private start(host: Host, job: Job): void {
    if (!host.jobs.has(job)) return;
    this.scheduled--;
    this.running++;
    this.measures.started(this.clock.now - job.readyAt);
    host.hasRunJob = true;
    if (host.running++ === 0) host.busySince = this.clock.now;
    this.clock.after(job.seconds, () => this.finish(host, job));
  }

  private finish(host: Host, job: Job): void {
    if (!host.jobs.delete(job)) return;
    this.running--;
    this.measures.finished++;
    host.engaged--;
    if (--host.running === 0) this.measures.busy(host, this.clock.now);
    if (this.hosts.agentsTakeOneJob) this.leave(host);
    else this.#recentlyBusy.push(host);
    if (--job.build.unfinished === 0) {
      job.build.stage++;
      this.begin(job.build);
    }
    this.dispatch();
    this.markIdle(host);
  }

  private leave(host: Host): void {
    host.agents--;
    this.agents--;
  }

  private markIdle(host: Host): void {
    if (host.engaged > 0) return;
    host.idleSince = this.clock.now;
    this.hosts.onIdle(host);
  }
}
