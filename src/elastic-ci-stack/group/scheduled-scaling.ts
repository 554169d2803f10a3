import { AutoscalingSchedule } from "@cdktf/provider-aws/lib/autoscaling-schedule";
import { DataAwsAutoscalingGroup } from "@cdktf/provider-aws/lib/data-aws-autoscaling-group";
import { DataAwsAutoscalingGroups } from "@cdktf/provider-aws/lib/data-aws-autoscaling-groups";
import { type AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { contains } from "../../value/list";
import { type One, optional } from "../../value/optional";
import { text } from "../../value/text";
import { and, min, num, str, type Value, when } from "../../value/value";

/** Keeps everything but the minimum as it is: the provider would send 0 for what is left out. */
const UNCHANGED = -1;

/** Scheduled actions that raise and lower the group's minimum size. */
export class ScheduledScaling extends Construct {
  constructor(scope: Construct, id: string, { inputs, names }: StackContext, group: AutoscalingGroup) {
    super(scope, id);
    const action = (one: One, id: string, name: string, recurrence: Value<string>, minSize: Value<number>) =>
      one(
        new AutoscalingSchedule(this, id, {
          scheduledActionName: str(text`${names.stack}-${name}`),
          autoscalingGroupName: group.name,
          recurrence: str(recurrence),
          timeZone: str(inputs.scheduleTimezone),
          minSize: num(minSize),
          maxSize: UNCHANGED,
          desiredCapacity: UNCHANGED,
        }),
      );
    optional(inputs.enableScheduledScaling, (one) => {
      action(one, "scheduled_scale_up_action", "ScaleUp", inputs.scaleUpSchedule, inputs.scaleUpMinSize);
      action(one, "scheduled_scale_down_action", "ScaleDown", inputs.scaleDownSchedule, inputs.scaleDownMinSize);
    });
  }
}

/**
 * The minimum size to plan with. With schedules it is the group's present one, so that an apply does not undo what a
 * scheduled action has set; a group that does not exist yet starts at `min_size`.
 */
export class PlannedMinimum extends Construct {
  readonly minSize: Value<number>;

  constructor(scope: Construct, id: string, { inputs, names }: StackContext) {
    super(scope, id);
    const scheduled = inputs.enableScheduledScaling;
    const found = optional(scheduled, (one) =>
      one(new DataAwsAutoscalingGroups(this, "same_name", { names: [str(names.group)] })),
    );
    const present = and(
      scheduled,
      contains(
        found.pick<readonly string[]>((it) => it.names, []),
        names.group,
      ),
    );
    const live = optional(present, (one) => one(new DataAwsAutoscalingGroup(this, "live", { name: str(names.group) })));
    this.minSize = when(
      scheduled,
      live.pick((it) => min(it.minSize, inputs.maxSize), inputs.minSize),
      inputs.minSize,
    );
  }
}
