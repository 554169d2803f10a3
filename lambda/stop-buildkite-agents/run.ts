import type { Action } from "../shared/event";
import { inBatches } from "../shared/batches";
import { type Log, messageOf } from "../shared/log";
import type { OperatingSystem } from "../shared/run-command";
import { readStopEvent } from "./request";
import type { StopRequest } from "./request";

/** Between two looks at the group. */
const POLL_SECONDS = 15;

/** For a pause, a look at the group and the telling of instances that can be reached only now. */
const RESERVE_SECONDS = 60;

/** An instance in any other state is on its way out, and its lifecycle hook drains it. */
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

/** How long the function may still run, and a way to let time pass. */
export interface Patience {
  remainingSeconds(): number;
  pause(seconds: number): Promise<void>;
}

export interface StopResult {
  readonly action: Action;
  readonly autoScalingGroupName: string | null;
  /** "stopping": instances were left when the time was over. */
  readonly outcome: "nothing to do" | "already gone" | "stopped" | "stopping";
  /** Those whose agents were told to stop. */
  readonly instances: readonly string[];
  /** Those that were still there at the last look and could never be told. */
  readonly unreachable: readonly string[];
}

export async function run(
  event: unknown,
  groups: Groups,
  commands: Commands,
  patience: Patience,
  log: Log,
): Promise<StopResult> {
  const { action, request } = readStopEvent(event);
  const result =
    request === undefined ? nothing("nothing to do", null) : await stopGroup(request, groups, commands, patience);
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
  patience: Patience,
): Promise<Omit<StopResult, "action">> {
  const { autoScalingGroupName } = request;
  if ((await groups.instances(autoScalingGroupName)) === undefined)
    return nothing("already gone", autoScalingGroupName);

  // Capacity first: the group would replace each agent that stops, while the hook and scale-in protection keep jobs safe.
  await groups.setCapacityToZero(autoScalingGroupName);
  return { autoScalingGroupName, ...(await stopUntilEmpty(request, groups, commands, patience)) };
}

/** Waits because Terraform takes hook and group away as soon as this function has answered, and AWS then ends what still runs. */
async function stopUntilEmpty(
  request: StopRequest,
  groups: Groups,
  commands: Commands,
  patience: Patience,
): Promise<Pick<StopResult, "outcome" | "instances" | "unreachable">> {
  const told: string[] = [];
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const left = (await groups.instances(request.autoScalingGroupName)) ?? [];
    // An instance is in service before Systems Manager reaches it: who was not told yet is tried at every look.
    const untold = left.filter(
      ({ id, lifecycleState }) => STATES_WITH_AGENT.includes(lifecycleState) && !told.includes(id),
    );
    const { instances, unreachable } = await sendToAll(
      untold.map(({ id }) => id),
      request,
      commands,
    );
    told.push(...instances);
    if (left.length === 0) return { outcome: "stopped", instances: told, unreachable };
    const isOver = waited >= request.timeoutSeconds || patience.remainingSeconds() < RESERVE_SECONDS;
    if (isOver) return { outcome: "stopping", instances: told, unreachable };
    await patience.pause(POLL_SECONDS);
  }
}

async function sendToAll(ids: readonly string[], request: StopRequest, commands: Commands) {
  const send = async (batch: readonly string[]) => {
    const answer = await commands.stopAgents(batch, request.operatingSystem, request.timeoutSeconds);
    return answer === "sent" ? answer : undefined;
  };
  const { delivered, unreachable, failures } = await inBatches(ids, send, "in turn");
  if (failures.length > 0) {
    const reasons = failures.map((failure) => `${failure.ids.join(" ")}: ${messageOf(failure.error)}`).join("; ");
    throw new Error(`agents of ${request.autoScalingGroupName} that could not be told to stop: ${reasons}`);
  }
  return { instances: delivered.flatMap((batch) => batch.ids), unreachable };
}
