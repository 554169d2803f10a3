import {
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import type { AutoScalingClient, AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { lastEvents } from "./activities";
import type { Groups } from "../ports";
import type { GroupState } from "../decision/model";

/** Limit of DescribeAutoScalingGroups. */
const NAMES_PER_CALL = 100;
/** Limit of Node.js. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function autoScalingGroups(client: AutoScalingClient): Groups {
  return {
    async describe(names) {
      const calls = Math.ceil(names.length / NAMES_PER_CALL);
      const answers = await Promise.all(
        Array.from({ length: calls }, (_, call) =>
          describe(client, names.slice(call * NAMES_PER_CALL, (call + 1) * NAMES_PER_CALL)),
        ),
      );
      return new Map(answers.flat().map((group) => [group.AutoScalingGroupName ?? "", stateOf(group)]));
    },

    async setDesired(name, desired) {
      await client.send(
        new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: false }),
      );
    },

    async lastEvents(name, search, timeoutSeconds) {
      const abortSignal = AbortSignal.timeout(Math.min(Math.ceil(timeoutSeconds * 1000), LONGEST_TIMER_MS));
      return lastEvents(async (token) => {
        const command = new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, NextToken: token });
        const { Activities = [], NextToken } = await client.send(command, { abortSignal });
        const activities = Activities.map(({ StatusCode = "", Cause = "", StartTime }) => ({
          status: StatusCode,
          cause: Cause,
          start: (StartTime?.getTime() ?? 0) / 1000,
        }));
        return { activities, next: NextToken };
      }, search);
    },
  };
}

async function describe(client: AutoScalingClient, names: readonly string[]): Promise<readonly AutoScalingGroup[]> {
  const found: AutoScalingGroup[] = [];
  let token: string | undefined;
  do {
    const command: DescribeAutoScalingGroupsCommand = new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [...names],
      MaxRecords: NAMES_PER_CALL,
      NextToken: token,
    });
    const { AutoScalingGroups = [], NextToken } = await client.send(command);
    found.push(...AutoScalingGroups);
    token = NextToken;
  } while (token !== undefined);
  return found;
}

function stateOf({ DesiredCapacity, MinSize, MaxSize, Instances = [] }: AutoScalingGroup): GroupState | undefined {
  if (DesiredCapacity === undefined || MinSize === undefined || MaxSize === undefined) return undefined;
  const instances = Instances.flatMap(({ InstanceId, LifecycleState = "" }) =>
    InstanceId === undefined ? [] : [{ id: InstanceId, lifecycleState: LifecycleState }],
  );
  return { desired: DesiredCapacity, min: MinSize, max: MaxSize, instances };
}
