import { InvalidInstanceId, SendCommandCommand } from "@aws-sdk/client-ssm";
import type { SendCommandCommandInput, SSMClient } from "@aws-sdk/client-ssm";

export const OPERATING_SYSTEMS = ["linux", "windows"] as const;
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];

const DOCUMENTS: Readonly<Record<OperatingSystem, string>> = {
  linux: "AWS-RunShellScript",
  windows: "AWS-RunPowerShellScript",
};

/** A script for Systems Manager's Run Command. */
export interface RunCommand {
  readonly system: OperatingSystem;
  readonly script: string;
  /** The comment in the console. */
  readonly comment: string;
  /** Timeout of the script on the instance. */
  readonly executionSeconds: number;
}

/** Delivery and concurrency, where Systems Manager's defaults do not fit. */
export type Delivery = Pick<SendCommandCommandInput, "TimeoutSeconds" | "MaxConcurrency" | "MaxErrors">;

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** Sends the script to at most 50 instances. Returns the command's id; undefined: refused because of one of the ids. */
export function runCommand(
  client: SSMClient,
  { system, script, comment, executionSeconds }: RunCommand,
  ids: readonly string[],
  delivery: Delivery = {},
  options: CallOptions = {},
): Promise<string | undefined> {
  const command = new SendCommandCommand({
    DocumentName: DOCUMENTS[system],
    Comment: comment,
    InstanceIds: [...ids],
    Parameters: { commands: script.split("\n"), executionTimeout: [String(executionSeconds)] },
    ...delivery,
  });
  return unlessRefused(async () => {
    const { Command: sent } = await client.send(command, options);
    if (sent?.CommandId === undefined) throw new Error("Systems Manager told no id of the command");
    return sent.CommandId;
  });
}

/** undefined: Systems Manager refuses the whole call because it cannot reach one of the instances. */
export async function unlessRefused<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InvalidInstanceId) return undefined;
    throw error;
  }
}
