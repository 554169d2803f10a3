import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SSMClient } from "@aws-sdk/client-ssm";
import { jsonLog } from "../shared/log";
import { autoScalingGroups } from "./auto-scaling";
import { run } from "./run";
import type { StopResult } from "./run";
import { systemsManager } from "./systems-manager";

const script = (name: string): string => readFileSync(join(__dirname, name), "utf8").trimEnd();

const groups = autoScalingGroups(new AutoScalingClient({}));
const commands = systemsManager(new SSMClient({}), {
  linux: script("stop-agent.sh"),
  windows: script("stop-agent.ps1"),
});
const log = jsonLog(
  () => new Date(),
  (line) => process.stdout.write(line),
);

/** The part of Lambda's context that is used. */
interface Context {
  getRemainingTimeInMillis(): number;
}

export const handler = (event: unknown, context: Context): Promise<StopResult> => {
  const clock = {
    remainingSeconds: () => context.getRemainingTimeInMillis() / 1000,
    sleep: (seconds: number) => setTimeout(seconds * 1000),
  };
  return run(event, groups, commands, clock, log);
};
