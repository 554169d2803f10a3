import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { jsonDocument } from "../../value/json";
import { address } from "../../value/optional";
import { firstCharacters, text } from "../../value/text";
import { str, Value } from "../../value/value";
import { type AgentAutoScalingGroup } from "./auto-scaling-group";
import { lambdaFunction } from "../../aws/function";
import { ownCode } from "../../aws/function-code";
import { type Statement } from "../../aws/policy";
import { sendCommand } from "./send-command";

/** IAM appends 26 characters to a prefix, and allows names of 64. */
const PREFIX_LENGTH = 38;

/** The longest timeout that Lambda allows. */
const TIMEOUT_SECONDS = 900;

/**
 * Lets agents finish their jobs before their group is destroyed. Terraform destroys the invocation, and thereby runs the function,
 * before it destroys or replaces the group; creating the invocation does nothing. It always exists: if switching graceful
 * shutdown off destroyed it, the function could not tell that from the destruction of the group.
 */
export class StopBuildkiteAgents extends Construct {
  readonly invocation: LambdaInvocation;

  constructor(scope: Construct, id: string, context: StackContext, group: AgentAutoScalingGroup) {
    super(scope, id);
    const { inputs, facts, names } = context;
    const { fn } = lambdaFunction(this, (resource) => resource, context, {
      ids: {
        fn: "stop_buildkite_agents",
        role: "stop_buildkite_agents",
        policy: "stop_buildkite_agents",
        logs: "stop_buildkite_agents_logs",
      },
      name: "stop-buildkite-agents",
      description: "Lets Buildkite agents finish their jobs before their Auto Scaling group goes",
      code: ownCode(this, inputs, "stop-buildkite-agents"),
      timeoutSeconds: TIMEOUT_SECONDS,
      role: {
        namePrefix: firstCharacters(PREFIX_LENGTH, text`${names.stack}-stop-bk-`),
        policyName: "stop-buildkite-agents",
        exists: facts.createsStopRole,
        existingArn: inputs.stopBuildkiteAgentsRoleArn,
        statements: permissions(context),
      },
    });
    this.invocation = new LambdaInvocation(this, "stop_buildkite_agents_on_replacement", {
      functionName: fn.functionName,
      input: str(
        jsonDocument({
          enabled: inputs.buildkiteAgentEnableGracefulShutdown,
          autoScalingGroupName: Value.of(group.group.name),
          operatingSystem: inputs.instanceOperatingSystem,
          timeoutSeconds: inputs.instanceTerminationGracePeriod,
        }),
      ),
      lifecycleScope: "CRUD",
      // The hook keeps instances while they drain, so it must exist until the function has run.
      dependsOn: [group.terminatingHook],
      lifecycle: { replaceTriggeredBy: [address(group.group, "arn")] },
    });
  }
}

function permissions({ names, account }: StackContext): readonly Statement[] {
  return [
    { sid: "ReadGroups", actions: ["autoscaling:DescribeAutoScalingGroups"], resources: ["*"] },
    { sid: "EmptyGroup", actions: ["autoscaling:UpdateAutoScalingGroup"], resources: [names.groupArn] },
    ...sendCommand(account, names.group),
  ];
}
