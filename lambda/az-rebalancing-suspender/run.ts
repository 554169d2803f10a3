import { readGroupName, readLifecycle, readObject } from "../shared/event";
import type { Action, JsonObject } from "../shared/event";
import type { Log } from "../shared/log";

/** AZRebalance terminates instances in one availability zone to launch others elsewhere, whatever jobs they run. */
const PROCESSES = ["AZRebalance"];

export interface ProcessSuspender {
  suspend(autoScalingGroupName: string, processes: readonly string[]): Promise<void>;
}

export interface SuspensionResult {
  readonly autoScalingGroupName: string;
  readonly action: Action;
  readonly suspended: readonly string[];
}

export async function run(event: unknown, suspender: ProcessSuspender, log: Log): Promise<SuspensionResult> {
  const input = readObject(event, "event");
  const { action } = readLifecycle(input);
  const autoScalingGroupName = readName(input);
  // On delete the group is about to be destroyed: there is nothing to protect, and nothing to undo.
  const suspended = action === "delete" ? [] : PROCESSES;
  if (suspended.length > 0) await suspender.suspend(autoScalingGroupName, suspended);
  log("info", "suspension of scaling processes", { autoScalingGroupName, action, suspended });
  return { autoScalingGroupName, action, suspended };
}

/** The input of Buildkite's own module, so that moving over from it runs nothing anew, or that of a call by hand. */
function readName(input: JsonObject): string {
  const properties = input["ResourceProperties"];
  if (properties === undefined) return readGroupName(input["autoScalingGroupName"], "autoScalingGroupName");
  const name = readObject(properties, "ResourceProperties")["AutoScalingGroupName"];
  return readGroupName(name, "ResourceProperties.AutoScalingGroupName");
}
