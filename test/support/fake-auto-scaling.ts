import type { ProcessSuspender } from "../../lambda/az-rebalancing-suspender/run";
import type { Groups, Instance } from "../../lambda/stop-buildkite-agents/run";

export interface FakeInstance extends Instance {
  readonly protected: boolean;
}

export interface FakeGroup {
  minSize: number;
  desiredCapacity: number;
  instances: FakeInstance[];
  suspended: Set<string>;
}

/** Auto Scaling groups in memory. Lowered capacity ends unprotected instances, which then wait in their hook. */
export class FakeAutoScaling implements Groups, ProcessSuspender {
  readonly groups = new Map<string, FakeGroup>();
  readonly calls: string[] = [];

  add(name: string, instances: readonly FakeInstance[] = []): FakeGroup {
    const size = instances.length;
    const group = { minSize: size, desiredCapacity: size, instances: [...instances], suspended: new Set<string>() };
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
