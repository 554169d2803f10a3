import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Emulator } from "../../test/harness/emulator";

export interface GroupState {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** Ids of the instances in service. */
  readonly inService: readonly string[];
}

/** The calls that hosts make to their Auto Scaling group. */
export interface Group {
  state(): Promise<GroupState>;
  /** Terminates the instance and lowers the desired capacity by one, as a host does that has been idle. */
  terminate(instance: string): Promise<void>;
}

export class DeployedGroup implements Group {
  readonly #client: AutoScalingClient;

  constructor(
    { endpoint, region }: Emulator,
    private readonly name: string,
  ) {
    const credentials = { accessKeyId: "emulator", secretAccessKey: "emulator" };
    const requestHandler = { connectionTimeout: 5_000, requestTimeout: 10_000 };
    this.#client = new AutoScalingClient({ endpoint, region, credentials, requestHandler });
  }

  async state(): Promise<GroupState> {
    const names = { AutoScalingGroupNames: [this.name] };
    const { AutoScalingGroups: groups = [] } = await this.#client.send(new DescribeAutoScalingGroupsCommand(names));
    const [group] = groups;
    if (!group) throw new Error(`the local AWS has no Auto Scaling group ${this.name}`);
    const { MinSize: min = 0, MaxSize: max = 0, DesiredCapacity: desired = 0, Instances: instances = [] } = group;
    const inService = instances.filter(({ LifecycleState: state }) => state === "InService");
    return { min, max, desired, inService: inService.map(({ InstanceId: id = "" }) => id) };
  }

  async terminate(instance: string): Promise<void> {
    const leaving = { InstanceId: instance, ShouldDecrementDesiredCapacity: true };
    await this.#client.send(new TerminateInstanceInAutoScalingGroupCommand(leaving));
  }

  close(): void {
    this.#client.destroy();
  }
}
