import type { Cloud } from "./cloud";
import { eventually } from "./eventually";
import { Sandbox } from "./sandbox";
import { withSettings } from "./user-data";

/** A stack whose agents take one job. */
export const AFTER_JOB = { BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB: "true" };
/** What becomes of a job that nobody disturbs. */
export const FINISHED = { code: 0, cancelled: false };

/**
 * Lets `act` have a booted machine of a stack with these settings. Its clock stands still but for what the test lets
 * pass, so that the speed of the computer decides nothing.
 */
export function onMachine(
  cloud: Cloud,
  settings: Readonly<Record<string, string>>,
  act: (machine: Sandbox) => Promise<void>,
  atMinimum = false,
): Promise<void> {
  const userData = withSettings(cloud.userData, settings);
  return Sandbox.use({ cloud, userData, atMinimum, speed: 10 }, async (machine) => {
    expect(await machine.boot()).toMatchObject({ code: 0 });
    await act(machine);
  });
}

export const FINISH = "buildkite-agent signal finish";
export const CANCEL = "buildkite-agent signal cancel";

/** What the agent was told. */
export function signals(machine: Sandbox): string[] {
  return machine.commands("buildkite-agent").filter((one) => one.includes(" signal "));
}

export const SHRINK = "TerminateInstanceInAutoScalingGroup -1";
export const REPLACE = "TerminateInstanceInAutoScalingGroup and replace";
export const UNHEALTHY = "SetInstanceHealth";
export const COMPLETE = "CompleteLifecycleAction";
const HEARTBEAT = "RecordLifecycleActionHeartbeat";

/** What the group was asked for, heartbeats left out. */
export function asked(machine: Sandbox): string[] {
  const requests = machine.aws.requests.filter(({ service }) => service === "autoscaling");
  const words = requests.map(({ action, parameters }) => {
    const shrinks = parameters["ShouldDecrementDesiredCapacity"];
    return shrinks === undefined ? action : `${action} ${shrinks === "true" ? "-1" : "and replace"}`;
  });
  return words.filter((one) => one !== HEARTBEAT);
}

export function heartbeats(machine: Sandbox): string[] {
  return machine.aws.actions("autoscaling").filter((action) => action === HEARTBEAT);
}

/** Whether the group still counts the instance, and takes it for healthy. */
export async function standing({ cloud, instance }: Sandbox): Promise<"healthy" | "unhealthy" | "none"> {
  const { instances } = await cloud.describe();
  const found = instances.find(({ id }) => id === instance.id);
  if (found === undefined) return "none";
  return found.isHealthy ? "healthy" : "unhealthy";
}

/** Until the watcher has seen what there is now to be seen, and has done something about it. */
export async function rounds(machine: Sandbox): Promise<void> {
  const look = "systemctl show --property=ActiveState --value buildkite-agent.service";
  const looks = () => machine.commands("systemctl").filter((one) => one === look).length;
  const wanted = looks() + 3;
  await eventually(() => expect(looks()).toBeGreaterThanOrEqual(wanted));
}
