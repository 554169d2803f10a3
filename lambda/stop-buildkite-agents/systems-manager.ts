import type { SSMClient } from "@aws-sdk/client-ssm";
import { type OperatingSystem, runCommand } from "../shared/run-command";
import type { Commands } from "./run";

export function systemsManager(client: SSMClient, scripts: Record<OperatingSystem, string>): Commands {
  return {
    async stopAgents(ids, system, timeoutSeconds) {
      const comment = "Buildkite agents finish their jobs and stop";
      const command = { system, script: scripts[system], comment, executionSeconds: timeoutSeconds };
      return (await runCommand(client, command, ids)) === undefined ? "refused" : "sent";
    },
  };
}
