import { DescribeAutoScalingGroupsCommand, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { Groups } from "./run";

export function autoScalingGroups(client: AutoScalingClient): Groups {
  return {
    async instances(autoScalingGroupName) {
      const found = await client.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [autoScalingGroupName] }),
      );
      const group = found.AutoScalingGroups?.[0];
      if (group === undefined) return undefined;
      return (group.Instances ?? []).map((one) => ({
        id: one.InstanceId ?? "",
        lifecycleState: one.LifecycleState ?? "",
      }));
    },

    async setCapacityToZero(autoScalingGroupName) {
      await client.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: autoScalingGroupName,
          MinSize: 0,
          // Without room to grow, a last run of the AgentScaler cannot start instances again.
          MaxSize: 0,
          DesiredCapacity: 0,
        }),
      );
    },
  };
}
