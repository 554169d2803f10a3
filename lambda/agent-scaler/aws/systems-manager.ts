import { SetInstanceHealthCommand } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { paginateDescribeInstanceInformation, paginateListCommandInvocations } from "@aws-sdk/client-ssm";
import type { CommandInvocation, SSMClient } from "@aws-sdk/client-ssm";
import type { InvocationResult, Instances, Script } from "../ports";
import { type Delivery, type OperatingSystem, runCommand, unlessRefused } from "../../shared/run-command";

const COMMENTS: Record<Script, string> = {
  survey: "AgentScaler asks what the Buildkite agent does",
  stop: "AgentScaler stops the Buildkite agent unless it runs a job",
};

const DELIVERY: Delivery = {
  // The least that AWS accepts: an instance that cannot be reached now must not be stopped later, when it may be needed.
  TimeoutSeconds: 30,
  // By default one instance's failure stops the command on the others.
  MaxConcurrency: "100%",
  MaxErrors: "100%",
};
const EXECUTION_SECONDS = 60;
const UNFINISHED = ["Pending", "InProgress", "Delayed", "Cancelling"];
const PAGE_SIZE = 50;
/** Timeout of a call with all its pages and retries, so that it does not delay the next poll. */
const CALL_SECONDS = 5;

/** The text of each script for each operating system. */
export type Scripts = Readonly<Record<OperatingSystem, Readonly<Record<Script, string>>>>;

/** The instances through Systems Manager, which also reports their operating system. */
export function managedInstances(
  ssm: SSMClient,
  autoScaling: AutoScalingClient,
  scripts: Scripts,
  callSeconds = CALL_SECONDS,
): Instances {
  return {
    online: (ids) => unlessRefused(() => bounded(callSeconds, (options) => online(ssm, ids, options))),

    send(script, ids, system) {
      const command = {
        system,
        script: scripts[system][script],
        comment: COMMENTS[script],
        executionSeconds: EXECUTION_SECONDS,
      };
      return bounded(callSeconds, (options) => runCommand(ssm, command, ids, DELIVERY, options));
    },

    results: (command) => bounded(callSeconds, (options) => invocationResults(ssm, command, options)),

    async markUnhealthy(id) {
      const health = { InstanceId: id, HealthStatus: "Unhealthy", ShouldRespectGracePeriod: true };
      await bounded(callSeconds, (options) => autoScaling.send(new SetInstanceHealthCommand(health), options));
    },
  };
}

interface Options {
  readonly abortSignal: AbortSignal;
}

async function bounded<T>(seconds: number, call: (options: Options) => Promise<T>): Promise<T> {
  const abortSignal = AbortSignal.timeout(seconds * 1000);
  try {
    return await call({ abortSignal });
  } catch (error) {
    if (abortSignal.aborted) throw new Error(`AWS did not answer in time (${seconds} s)`, { cause: error });
    throw error;
  }
}

async function online(client: SSMClient, ids: readonly string[], options: Options) {
  const found = new Map<string, OperatingSystem>();
  const filter = { Filters: [{ Key: "InstanceIds", Values: [...ids] }] };
  const pages = paginateDescribeInstanceInformation({ client, pageSize: PAGE_SIZE }, filter, options);
  for await (const { InstanceInformationList = [] } of pages) {
    for (const { InstanceId, PingStatus, PlatformType } of InstanceInformationList) {
      if (InstanceId === undefined || PingStatus !== "Online") continue;
      found.set(InstanceId, PlatformType === "Windows" ? "windows" : "linux");
    }
  }
  return found;
}

async function invocationResults(
  client: SSMClient,
  command: string,
  options: Options,
): Promise<readonly InvocationResult[]> {
  const found: InvocationResult[] = [];
  const asked = { CommandId: command, Details: true };
  const pages = paginateListCommandInvocations({ client, pageSize: PAGE_SIZE }, asked, options);
  for await (const { CommandInvocations = [] } of pages) found.push(...CommandInvocations.map(resultOf));
  return found;
}

function resultOf({ InstanceId = "", Status = "Pending", CommandPlugins = [] }: CommandInvocation): InvocationResult {
  const result = { id: InstanceId, finished: !UNFINISHED.includes(Status) };
  if (Status !== "Success") return result;
  return { ...result, output: CommandPlugins.map(({ Output = "" }) => Output).join("") };
}
