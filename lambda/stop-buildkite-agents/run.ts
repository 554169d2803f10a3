import type { Action } from "../shared/event";
import { inBatches } from "../shared/batches";
import { type Log, messageOf } from "../shared/log";
import type { OperatingSystem } from "../shared/run-command";
import { readStopEvent } from "./request";
import type { StopRequest } from "./request";

/** Between two descriptions of the group. */
const POLL_SECONDS = 15;

/** For one pause, one description, and commands to instances that could not be reached before. */
const RESERVE_SECONDS = 60;

/** An instance in any other state is terminating, and its lifecycle hook drains it. */
const STATES_WITH_AGENT = ["InService", "Pending", "Pending:Wait", "Pending:Proceed", "EnteringStandby", "Standby"];

export interface Instance {
  readonly id: string;
  readonly lifecycleState: string;
}

export interface Groups {
  /** undefined: there is no such group. */
  instances(autoScalingGroupName: string): Promise<readonly Instance[] | undefined>;
  setCapacityToZero(autoScalingGroupName: string): Promise<void>;
}

export interface Commands {
  /** "refused": Systems Manager cannot reach one of the instances and therefore sent nothing to any of them. */
  stopAgents(ids: readonly string[], system: OperatingSystem, timeoutSeconds: number): Promise<"sent" | "refused">;
}

/** The function's remaining time, and a pause. */
export interface Clock {
  remainingSeconds(): number;
  sleep(seconds: number): Promise<void>;
}

export interface StopResult {
  readonly action: Action;
  readonly autoScalingGroupName: string | null;
  /** "stopping": instances were left at the end of the time. */
  readonly outcome: "nothing to do" | "already gone" | "stopped" | "stopping";
  /** Ids of the instances that the stop script was sent to. */
  readonly instances: readonly string[];
  /** Ids of the instances that are left and that Systems Manager could never reach. */
  readonly unreachable: readonly string[];
}

export async function run(
  event: unknown,
  groups: Groups,
  commands: Commands,
  clock: Clock,
  log: Log,
): Promise<StopResult> {
  const { action, request } = readStopEvent(event);
  const result =
    request === undefined ? nothing("nothing to do", null) : await stopGroup(request, groups, commands, clock);
  const { outcome, autoScalingGroupName, instances, unreachable } = result;
  const level = unreachable.length > 0 || outcome === "stopping" ? "warn" : "info";
  log(level, "stop of the agents", { action, outcome, autoScalingGroupName, instances, unreachable });
  return { action, ...result };
}

function nothing(outcome: StopResult["outcome"], autoScalingGroupName: string | null): Omit<StopResult, "action"> {
  return { outcome, autoScalingGroupName, instances: [], unreachable: [] };
}

async function stopGroup(
  request: StopRequest,
  groups: Groups,
  commands: Commands,
  clock: Clock,
): Promise<Omit<StopResult, "action">> {
  const { autoScalingGroupName } = request;
  if ((await groups.instances(autoScalingGroupName)) === undefined)
    return nothing("already gone", autoScalingGroupName);

  // Capacity first, or the group would replace each instance that stops. Lifecycle hook and scale-in protection keep the jobs running.
  await groups.setCapacityToZero(autoScalingGroupName);
  return { autoScalingGroupName, ...(await stopUntilEmpty(request, groups, commands, clock)) };
}

/** Waits, because Terraform destroys hook and group as soon as this function returns, and AWS then terminates the instances. */
async function stopUntilEmpty(
  request: StopRequest,
  groups: Groups,
  commands: Commands,
  clock: Clock,
): Promise<Pick<StopResult, "outcome" | "instances" | "unreachable">> {
  const sent: string[] = [];
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const left = (await groups.instances(request.autoScalingGroupName)) ?? [];
    // An instance may be in service before Systems Manager can reach it, so the others are tried each time.
    const notSent = left.filter(
      ({ id, lifecycleState }) => STATES_WITH_AGENT.includes(lifecycleState) && !sent.includes(id),
    );
    const { instances, unreachable } = await sendToAll(
      notSent.map(({ id }) => id),
      request,
      commands,
    );
    sent.push(...instances);
    if (left.length === 0) return { outcome: "stopped", instances: sent, unreachable };
    const isOver = waited >= request.timeoutSeconds || clock.remainingSeconds() < RESERVE_SECONDS;
    if (isOver) return { outcome: "stopping", instances: sent, unreachable };
    await clock.sleep(POLL_SECONDS);
  }
}

async function sendToAll(ids: readonly string[], request: StopRequest, commands: Commands) {
  const send = async (batch: readonly string[]) => {
    const result = await commands.stopAgents(batch, request.operatingSystem, request.timeoutSeconds);
    return result === "sent" ? result : undefined;
  };
  const { delivered, unreachable, failures } = await inBatches(ids, send, "sequential");
  if (failures.length > 0) {
    const reasons = failures.map((failure) => `${failure.ids.join(" ")}: ${messageOf(failure.error)}`).join("; ");
    throw new Error(`agents of ${request.autoScalingGroupName} that could not be told to stop: ${reasons}`);
  }
  return { instances: delivered.flatMap((batch) => batch.ids), unreachable };
}
