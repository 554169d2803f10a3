import { readChoice, readGroupName, readLifecycle, readObject, refuse } from "../shared/event";
import type { Action, JsonObject } from "../shared/event";

const OPERATING_SYSTEMS = ["linux", "windows"] as const;
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];

/** Longest executionTimeout that the two Run Command documents accept: 48 hours. */
const LONGEST_TIMEOUT_SECONDS = 172_800;

export interface StopRequest {
  readonly autoScalingGroupName: string;
  readonly operatingSystem: OperatingSystem;
  readonly timeoutSeconds: number;
}

export interface StopEvent {
  readonly action: Action;
  /** Absent: this action leaves every agent alone. */
  readonly request?: StopRequest;
}

export function readStopEvent(event: unknown): StopEvent {
  const input = readObject(event, "event");
  const { action, previousInput } = readLifecycle(input);
  const named = readRequest(input, "");
  switch (action) {
    case "create":
      return { action };
    case "update":
      return { action, ...replaced(named, previousInput) };
    case "delete":
    case "invoke":
      return { action, request: named };
  }
}

/** The old group may run another operating system than the new one: everything comes from the previous input. */
function replaced(named: StopRequest, previousInput: JsonObject | null): Pick<StopEvent, "request"> {
  if (previousInput === null || previousInput["autoScalingGroupName"] === named.autoScalingGroupName) return {};
  return { request: readRequest(previousInput, "tf.prev_input.") };
}

function readRequest(input: JsonObject, path: string): StopRequest {
  return {
    autoScalingGroupName: readGroupName(input["autoScalingGroupName"], `${path}autoScalingGroupName`),
    operatingSystem: readChoice(input["operatingSystem"], `${path}operatingSystem`, OPERATING_SYSTEMS),
    timeoutSeconds: readTimeout(input["timeoutSeconds"], `${path}timeoutSeconds`),
  };
}

function readTimeout(value: unknown, field: string): number {
  const allowed = `a whole number of seconds from 1 to ${String(LONGEST_TIMEOUT_SECONDS)}`;
  if (typeof value !== "number" || !Number.isInteger(value)) return refuse(field, value, allowed);
  if (value < 1 || value > LONGEST_TIMEOUT_SECONDS) return refuse(field, value, allowed);
  return value;
}
