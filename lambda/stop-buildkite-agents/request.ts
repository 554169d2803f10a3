import { readChoice, readGroupName, readLifecycle, readObject, refuse } from "../shared/event";
import type { Action, JsonObject } from "../shared/event";
import { OPERATING_SYSTEMS, type OperatingSystem } from "../shared/run-command";

/** Limit of executionTimeout in the two Run Command documents: 48 hours. */
const LONGEST_TIMEOUT_SECONDS = 172_800;

export interface StopRequest {
  readonly autoScalingGroupName: string;
  readonly operatingSystem: OperatingSystem;
  readonly timeoutSeconds: number;
}

/** `enabled`: whether Terraform may stop the group. It is true where it is missing: in a manual invocation, or an older release's. */
interface Input extends StopRequest {
  readonly enabled: boolean;
}

export interface StopEvent {
  readonly action: Action;
  /** Absent: this action stops no agent. */
  readonly request?: StopRequest;
}

export function readStopEvent(event: unknown): StopEvent {
  const input = readObject(event, "event");
  const { action, previousInput } = readLifecycle(input);
  const { enabled, ...named } = readInput(input, "");
  switch (action) {
    case "create":
      return { action };
    case "update":
      return { action, ...replaced(named, previousInput) };
    case "delete":
      return { action, ...(enabled && { request: named }) };
    case "invoke":
      return { action, request: named };
  }
}

/** All from the previous input: the old group may have another operating system than the new one. */
function replaced(named: StopRequest, previousInput: JsonObject | null): Pick<StopEvent, "request"> {
  const previousName = previousInput?.["autoScalingGroupName"];
  // Buildkite's own module, whose state may have been taken over, has no such field: its group is the present one.
  if (!previousInput || previousName === undefined || previousName === named.autoScalingGroupName) return {};
  const { enabled, ...request } = readInput(previousInput, "tf.prev_input.");
  return enabled ? { request } : {};
}

function readInput(input: JsonObject, path: string): Input {
  return {
    enabled: readEnabled(input["enabled"], `${path}enabled`),
    autoScalingGroupName: readGroupName(input["autoScalingGroupName"], `${path}autoScalingGroupName`),
    operatingSystem: readChoice(input["operatingSystem"], `${path}operatingSystem`, OPERATING_SYSTEMS),
    timeoutSeconds: readTimeout(input["timeoutSeconds"], `${path}timeoutSeconds`),
  };
}

function readEnabled(value: unknown, field: string): boolean {
  if (value === undefined) return true;
  return typeof value === "boolean" ? value : refuse(field, value, "true or false");
}

function readTimeout(value: unknown, field: string): number {
  const allowed = `a whole number of seconds from 1 to ${String(LONGEST_TIMEOUT_SECONDS)}`;
  if (typeof value !== "number" || !Number.isInteger(value)) return refuse(field, value, allowed);
  if (value < 1 || value > LONGEST_TIMEOUT_SECONDS) return refuse(field, value, allowed);
  return value;
}
