import type { Clock } from "./clock";
import { Host } from "./host";
import type { Measures } from "./measures";
import type { Queue } from "./queue";
import type { Random } from "./random";

export interface HostBehaviour {
  readonly agentsPerInstance: number;
  /** From launch to the connection of the agents: shortest and longest. */
  readonly bootSeconds: readonly [number, number];
  /** Share of launches whose agents never connect. */
  readonly bootFailures: number;
  readonly idleExitSeconds: number;
  /** Each agent disconnects after one job; its host goes on with the others. */
  readonly agentsTakeOneJob: boolean;
}

const IN_SERVICE_SECONDS = 30;
/** The group's health check notices this late that an instance has terminated. */
const HEALTH_CHECK_SECONDS = 30;

/** The Auto Scaling group with scale-in protection, and hosts that terminate themselves when they are idle. */
export class Group {
  desired: number;
  inService = 0;
  pending = 0;
  readonly hosts = new Map<string, Host>();
  /** Incremented with every change of an instance. */
  version = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly measures: Measures,
    private readonly queue: Queue,
    private readonly behaviour: HostBehaviour,
    readonly min: number,
    readonly max: number,
  ) {
    this.desired = min;
    queue.hosts = {
      onIdle: (host) => this.watchIdle(host),
      agentsTakeOneJob: behaviour.agentsTakeOneJob,
    };
    this.reconcile();
  }

  setDesired(desired: number): void {
    if (!Number.isInteger(desired) || desired < this.min || desired > this.max)
      throw new Error(`desired capacity ${desired} is not between ${this.min} and ${this.max}`);
    this.desired = desired;
    this.measures.capacityWrites++;
    this.reconcile();
  }

  /** The group replaces the host, as it does after a failed health check. */
  setUnhealthy(id: string): void {
    const host = this.hosts.get(id);
    if (host === undefined || host.isGone) return;
    this.remove(host, false);
    this.reconcile();
  }

  /** A Spot interruption; the group notices it later. */
  interrupt(host: Host): void {
    if (host.isGone) return;
    this.end(host, false);
    this.clock.after(HEALTH_CHECK_SECONDS, () => {
      this.forget(host);
      this.reconcile();
    });
  }

  private reconcile(): void {
    while (this.inService + this.pending < this.desired) this.launch();
    if (this.inService + this.pending <= this.desired) return;
    // Scale-in protection begins in service: pending instances are terminated, the newest first.
    const cancellable = [...this.hosts.values()]
      .filter((host) => host.lifecycleState === "Pending" && !host.isGone)
      .reverse();
    for (const host of cancellable.slice(0, this.inService + this.pending - this.desired)) this.remove(host, false);
  }

  private launch(): void {
    const { bootSeconds, bootFailures, agentsPerInstance } = this.behaviour;
    const host = new Host(`i-${(this.measures.launches + 1).toString(16).padStart(17, "0")}`, this.clock.now);
    const boot = Math.max(IN_SERVICE_SECONDS + 1, this.random.within(...bootSeconds));
    const fails = this.random.chance(bootFailures);
    this.hosts.set(host.id, host);
    this.pending++;
    this.version++;
    this.measures.launched(this.clock.now);
    this.clock.after(IN_SERVICE_SECONDS, () => this.serve(host));
    if (!fails) this.clock.after(boot, () => !host.isGone && this.queue.connect(host, agentsPerInstance));
  }

  private serve(host: Host): void {
    if (host.isGone) return;
    host.lifecycleState = "InService";
    this.pending--;
    this.inService++;
    this.version++;
  }

  private watchIdle(host: Host): void {
    const since = host.idleSince;
    this.clock.after(host.agents === 0 ? 0 : this.behaviour.idleExitSeconds, () => {
      if (host.isGone || host.engaged > 0 || host.idleSince !== since) return;
      // At the minimum the group refuses the decrement; the host terminates without one, and the group replaces it.
      if (this.desired > this.min) this.desired--;
      this.remove(host, true);
      this.reconcile();
    });
  }

  private remove(host: Host, isVoluntary: boolean): void {
    this.end(host, isVoluntary);
    this.forget(host);
  }

  private end(host: Host, isVoluntary: boolean): void {
    this.measures.ended(host, this.clock.now, isVoluntary);
    host.isGone = true;
    this.queue.disconnect(host);
  }

  private forget(host: Host): void {
    this.hosts.delete(host.id);
    if (host.lifecycleState === "InService") this.inService--;
    else this.pending--;
    this.version++;
  }
}
