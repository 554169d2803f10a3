import { type AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { jsonDocument } from "../../value/json";
import { text } from "../../value/text";
import { str, Value } from "../../value/value";
import { lambdaFunction } from "../../aws/function";
import { ownCode } from "../../aws/function-code";

/** Stops AWS from ending busy instances for the sake of balance between zones, whenever the group is made or changed. */
export class AzRebalancingSuspender extends Construct {
  constructor(scope: Construct, id: string, context: StackContext, group: AutoscalingGroup) {
    super(scope, id);
    const { inputs, facts, names } = context;
    const { fn } = lambdaFunction(this, (resource) => resource, context, {
      ids: {
        fn: "az_rebalancing_suspender",
        role: "asg_process_suspender",
        policy: "asg_process_suspender",
        logs: "az_rebalancing_suspender_logs",
      },
      name: "az-rebalancing-suspender",
      description: "Suspends AZRebalance on the Auto Scaling group",
      code: ownCode(this, inputs, "az-rebalancing-suspender"),
      timeoutSeconds: 30,
      role: {
        name: text`${names.stack}-AsgProcessSuspenderRole`,
        exists: facts.createsSuspenderRole,
        given: inputs.asgProcessSuspenderRoleArn,
        may: [{ sid: "SuspendProcesses", actions: ["autoscaling:SuspendProcesses"], resources: [names.groupArn] }],
      },
    });
    new LambdaInvocation(this, "suspend_az_rebalance", {
      functionName: fn.functionName,
      input: str(jsonDocument({ autoScalingGroupName: Value.of(group.name) })),
      // The ARN holds an id of its own: it changes when the group is replaced, which its name does not.
      triggers: { group: group.arn },
      lifecycleScope: "CRUD",
    });
  }
}
