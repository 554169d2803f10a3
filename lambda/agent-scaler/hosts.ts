import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SetInstanceHealthCommand } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import {
  InvalidInstanceId,
  SendCommandCommand,
  paginateDescribeInstanceInformation,
  paginateListCommandInvocations,
} from "@aws-sdk/client-ssm";
import type { CommandInvocation, SSMClient } from "@aws-sdk/client-ssm";
import type { Answer, Hosts, Script } from "./elastic";
import type { OperatingSystem } from "./survey";

const DOCUMENTS: Record<OperatingSystem, string> = {
  linux: "AWS-RunShellScript",
  windows: "AWS-RunPowerShellScript",
};

const COMMENTS: Record<Script, string> = {
  survey: "AgentScaler asks what the Buildkite agent does",
  stop: "AgentScaler stops the Buildkite agent unless it runs a job",
};

/** A host that does not answer soon shall not be stopped later, when it may be needed: the least that AWS accepts. */
const DELIVERY_SECONDS = 30;
const EXECUTION_SECONDS = "60";
const UNFINISHED = ["Pending", "InProgress", "Delayed", "Cancelling"];
const PAGE_SIZE = 50;

/** Systems Manager knows the system of every host that it can reach: EC2 need not be asked. */
export function managedHosts(ssm: SSMClient, autoScaling: AutoScalingClient): Hosts {
  const scripts = { linux: readScripts("sh"), windows: readScripts("ps1") };
  return {
    online: (ids) => unlessRefused(() => online(ssm, ids)),

    send: (script, ids, system) => {
      const command = new SendCommandCommand({
        DocumentName: DOCUMENTS[system],
        Comment: COMMENTS[script],
        InstanceIds: [...ids],
        Parameters: { commands: scripts[system][script].split("\n"), executionTimeout: [EXECUTION_SECONDS] },
        TimeoutSeconds: DELIVERY_SECONDS,
        // Without this one host's failure keeps Systems Manager from the others.
        MaxConcurrency: "100%",
        MaxErrors: "100%",
      });
      return unlessRefused(async () => {
        const { Command: { CommandId } = {} } = await ssm.send(command);
        if (CommandId === undefined) throw new Error("Systems Manager told no id of the command");
        return CommandId;
      });
    },

    async answers(command) {
      const answers: Answer[] = [];
      const pages = { client: ssm, pageSize: PAGE_SIZE };
      for await (const { CommandInvocations = [] } of paginateListCommandInvocations(pages, {
        CommandId: command,
        Details: true,
      })) {
        answers.push(...CommandInvocations.map(answerOf));
      }
      return answers;
    },

    async markUnhealthy(id) {
      await autoScaling.send(
        new SetInstanceHealthCommand({ InstanceId: id, HealthStatus: "Unhealthy", ShouldRespectGracePeriod: true }),
      );
    },
  };
}

/** The second script goes on where the first one has found out how the agent is. */
function readScripts(extension: string): Record<Script, string> {
  const read = (name: string) => readFileSync(join(__dirname, `${name}.${extension}`), "utf8").trimEnd();
  const survey = read("survey-agent");
  return { survey, stop: `${survey}\n${read("stop-idle-agent")}` };
}

async function unlessRefused<T>(call: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InvalidInstanceId) return undefined;
    throw error;
  }
}

async function online(client: SSMClient, ids: readonly string[]): Promise<ReadonlyMap<string, OperatingSystem>> {
  const found = new Map<string, OperatingSystem>();
  for await (const { InstanceInformationList = [] } of paginateDescribeInstanceInformation(
    { client, pageSize: PAGE_SIZE },
    { Filters: [{ Key: "InstanceIds", Values: [...ids] }] },
  )) {
    for (const { InstanceId, PingStatus, PlatformType } of InstanceInformationList) {
      if (InstanceId === undefined || PingStatus !== "Online") continue;
      found.set(InstanceId, PlatformType === "Windows" ? "windows" : "linux");
    }
  }
  return found;
}

function answerOf({ InstanceId = "", Status = "Pending", CommandPlugins = [] }: CommandInvocation): Answer {
  const answer = { id: InstanceId, finished: !UNFINISHED.includes(Status) };
  if (Status !== "Success") return answer;
  return { ...answer, output: CommandPlugins.map(({ Output = "" }) => Output).join("") };
}
