import type { Host } from "./host";

const THRASH_SECONDS = 900;

/** The costs of a run, and the waits of its jobs. */
export class Measures {
  jobs = 0;
  finished = 0;
  interrupted = 0;
  launches = 0;
  uselessLaunches = 0;
  thrash = 0;
  capacityWrites = 0;
  buildkiteCalls = 0;
  awsCalls = 0;
  billedSeconds = 0;
  readonly waits: number[] = [];
  #aliveSeconds = 0;
  #busySeconds = 0;
  #lastVoluntaryEnd = -Infinity;

  started(waited: number): void {
    this.waits.push(waited);
  }

  launched(now: number): void {
    this.launches++;
    if (now - this.#lastVoluntaryEnd < THRASH_SECONDS) this.thrash++;
  }

  /** A host has no running job any more. */
  busy(host: Host, until: number): void {
    this.#busySeconds += until - host.busySince;
  }

  ended(host: Host, now: number, isVoluntary: boolean): void {
    this.#aliveSeconds += now - host.launchedAt;
    if (host.running > 0) this.busy(host, now);
    if (!host.hasRunJob) this.uselessLaunches++;
    if (isVoluntary) this.#lastVoluntaryEnd = now;
  }

  /** Counts the remaining hosts up to the end of the run. */
  close(hosts: Iterable<Host>, now: number): void {
    for (const host of hosts) {
      this.#aliveSeconds += now - host.launchedAt;
      if (host.running > 0) this.busy(host, now);
    }
  }

  get instanceHours(): number {
    return this.#aliveSeconds / 3600;
  }

  get wastedHours(): number {
    return (this.#aliveSeconds - this.#busySeconds) / 3600;
  }
}
