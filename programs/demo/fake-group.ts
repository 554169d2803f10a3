import type { Group, GroupState } from "./group";

/** An Auto Scaling group in memory: instances are in service at once. */
export class FakeGroup implements Group {
  readonly instances: string[] = [];
  desired = 0;
  #launched = 0;

  constructor(
    private readonly min = 0,
    private readonly max = 10,
  ) {
    this.setDesired(min);
  }

  setDesired(desired: number): void {
    this.desired = desired;
    while (this.instances.length < desired) this.instances.push(`i-${++this.#launched}`);
  }

  state(): Promise<GroupState> {
    return Promise.resolve({ min: this.min, max: this.max, desired: this.desired, inService: [...this.instances] });
  }

  terminate(instance: string): Promise<void> {
    this.instances.splice(this.instances.indexOf(instance), 1);
    this.desired -= 1;
    return Promise.resolve();
  }
}
