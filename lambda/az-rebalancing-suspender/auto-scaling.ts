import { SuspendProcessesCommand } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { ProcessSuspender } from "./run";

export function autoScalingSuspender(client: AutoScalingClient): ProcessSuspender {
  return {
    async suspend(autoScalingGroupName, processes) {
      await client.send(
        new SuspendProcessesCommand({ AutoScalingGroupName: autoScalingGroupName, ScalingProcesses: [...processes] }),
      );
    },
  };
}
