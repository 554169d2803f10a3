import { type AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { jsonDocument } from "../../value/json";
import { address } from "../../value/optional";
import { text } from "../../value/text";
import { str, Value } from "../../value/value";
import { lambdaFunction } from "../../aws/function";
import { ownCode } from "../../aws/function-code";

/** Suspends AZRebalance, which terminates instances whatever jobs they run, whenever the group is created or replaced. */
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
        policyName: "suspend-asg-processes",
        exists: facts.createsSuspenderRole,
        existingArn: inputs.asgProcessSuspenderRoleArn,
        statements: [
          { sid: "SuspendProcesses", actions: ["autoscaling:SuspendProcesses"], resources: [names.groupArn] },
        ],
      },
    });
    new LambdaInvocation(this, "suspend_az_rebalance", {
      functionName: fn.functionName,
      // To the letter what Buildkite's own module passes: another input, or triggers, would run it anew for a stack that comes from there.
      input: str(
        jsonDocument({
          RequestType: "Create",
          ResourceProperties: { AutoScalingGroupName: Value.of(group.name) },
        }),
      ),
      // A replacement keeps the group's name but has another ARN.
      lifecycle: { replaceTriggeredBy: [address(group, "arn")] },
    });
  }
}
