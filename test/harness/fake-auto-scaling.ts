import type { ProcessSuspender } from "../../lambda/az-rebalancing-suspender/run";
import type { Groups, Instance } from "../../lambda/stop-buildkite-agents/run";

export interface FakeInstance extends Instance {
  readonly protected: boolean;
  readonly healthStatus?: "Healthy" | "Unhealthy";
}

export interface FakeActivity {
  readonly cause: string;
  readonly status: string;
  readonly startTime: Date;
}

export interface FakeGroup {
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  instances: FakeInstance[];
  suspended: Set<string>;
  /** Newest first. */
  activities: FakeActivity[];
}

export interface CapacityWrite {
  readonly group: string;
  readonly from: number;
  readonly to: number;
}

/** Auto Scaling groups in memory. Lowered capacity ends unprotected instances, which then wait in their hook. */
export class FakeAutoScaling implements Groups, ProcessSuspender {
  readonly groups = new Map<string, FakeGroup>();
  readonly calls: string[] = [];
  /** Every desired capacity that was set, whether it changed anything or not. */
  readonly writes: CapacityWrite[] = [];

  add(name: string, instances: readonly FakeInstance[] = [], sizes: Partial<FakeGroup> = {}): FakeGroup {
    const size = instances.length;
    const group: FakeGroup = {
      minSize: size,
      maxSize: Math.max(size, 10),
      desiredCapacity: size,
      instances: [...instances],
      suspended: new Set<string>(),
      activities: [],
      ...sizes,
    };
    this.groups.set(name, group);
    return group;
  }

  instances(name: string): Promise<readonly Instance[] | undefined> {
    this.calls.push(`describe ${name}`);
    const instances = this.groups.get(name)?.instances;
    return Promise.resolve(instances?.map(({ id, lifecycleState }) => ({ id, lifecycleState })));
  }

  async setCapacityToZero(name: string): Promise<void> {
    this.calls.push(`capacity 0 ${name}`);
    const group = await this.find(name);
    group.minSize = 0;
    group.desiredCapacity = 0;
    group.instances = group.instances.map((one) =>
      one.protected ? one : { ...one, lifecycleState: "Terminating:Wait" },
    );
  }

  async setDesiredCapacity(name: string, desired: number): Promise<void> {
    const group = await this.find(name);
    const { minSize, maxSize, desiredCapacity } = group;
    this.writes.push({ group: name, from: desiredCapacity, to: desired });
    const refusal = `New SetDesiredCapacity value ${String(desired)} is`;
    if (desired < minSize) throw new Error(`${refusal} below min value ${String(minSize)} for the AutoScalingGroup.`);
    if (desired > maxSize) throw new Error(`${refusal} above max value ${String(maxSize)} for the AutoScalingGroup.`);
    group.desiredCapacity = desired;
  }

  setInstanceHealth(id: string, healthStatus: "Healthy" | "Unhealthy"): Promise<void> {
    for (const group of this.groups.values()) {
      const index = group.instances.findIndex((one) => one.id === id);
      const found = group.instances[index];
      if (found === undefined) continue;
      group.instances[index] = { ...found, healthStatus };
      return Promise.resolve();
    }
    return Promise.reject(new Error(`Instance Id not found - No managed instance found for instance ID ${id}`));
  }

  async suspend(name: string, processes: readonly string[]): Promise<void> {
    this.calls.push(`suspend ${processes.join(" ")} ${name}`);
    const group = await this.find(name);
    for (const process of processes) group.suspended.add(process);
  }

  private find(name: string): Promise<FakeGroup> {
    const group = this.groups.get(name);
    return group ? Promise.resolve(group) : Promise.reject(new Error(`AutoScalingGroup name not found - ${name}`));
  }
}

/** `count` instances in service with scale-in protection, as the stack's groups have them. */
export function inService(count: number): FakeInstance[] {
  return Array.from({ length: count }, (_, index) => instance(index, "InService"));
}

export function instance(index: number, lifecycleState: string): FakeInstance {
  return { id: `i-${String(index).padStart(17, "0")}`, lifecycleState, protected: true };
}
