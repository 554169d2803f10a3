import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { jsonLog } from "../shared/log";
import { autoScalingSuspender } from "./auto-scaling";
import { run } from "./run";
import type { SuspensionResult } from "./run";

const suspender = autoScalingSuspender(new AutoScalingClient({}));
const log = jsonLog(
  () => new Date(),
  (line) => process.stdout.write(line),
);

export const handler = (event: unknown): Promise<SuspensionResult> => run(event, suspender, log);
