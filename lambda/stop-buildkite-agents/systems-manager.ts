import { InvalidInstanceId, SendCommandCommand } from "@aws-sdk/client-ssm";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { OperatingSystem } from "./request";
import type { Commands } from "./run";

const DOCUMENTS: Record<OperatingSystem, string> = {
  linux: "AWS-RunShellScript",
  windows: "AWS-RunPowerShellScript",
};

export function systemsManager(client: SSMClient, scripts: Record<OperatingSystem, string>): Commands {
  return {
    async stopAgents(ids, system, timeoutSeconds) {
      const command = new SendCommandCommand({
        DocumentName: DOCUMENTS[system],
        Comment: "Buildkite agents finish their jobs and stop",
        InstanceIds: [...ids],
        Parameters: { commands: scripts[system].split("\n"), executionTimeout: [String(timeoutSeconds)] },
      });
      try {
        await client.send(command);
        return "sent";
      } catch (error) {
        if (error instanceof InvalidInstanceId) return "refused";
        throw error;
      }
    },
  };
}
