import { AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { AutoscalingLifecycleHook } from "@cdktf/provider-aws/lib/autoscaling-lifecycle-hook";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Requirement } from "../../schema/validation";
import { type StackContext } from "../context";
import { entries, field, splitTrimmed } from "../../value/list";
import { address, blocks, optionalBlock, orNull, preconditions } from "../../value/optional";
import { jsonDocument } from "../../value/json";
import { lower, toText, trimPrefix } from "../../value/text";
import { and, bool, min, list, num, str, Value, when } from "../../value/value";
import { type AgentLaunchTemplate } from "../instance/launch-template";
import { tagged } from "../../aws/names";
import { type Network } from "../network/network";

/** Its hook is destroyed by then, so instances do not drain; they only have to shut down. */
const DELETE_TIMEOUT = "15m";

/**
 * Seconds after which the hook completes for an instance without a heartbeat. A draining instance sends one every minute until its
 * grace period is over, so a timeout shorter than that period costs no job, and an instance that fails is terminated soon.
 */
const HEARTBEAT_TIMEOUT = 300;

/**
 * The same where Buildkite's own module may have made the instances: those have no watcher, so nobody sends a heartbeat for their
 * jobs. It has a hook only for graceful shutdown, so without that they had no such time before.
 */
const ORIGINAL_HEARTBEAT_TIMEOUT = 3600;

export interface GroupSources {
  readonly network: Network;
  readonly launchTemplate: AgentLaunchTemplate;
  readonly minSize: Value<number>;
  /** Requirements on inputs that only Terraform can check. */
  readonly requirements: readonly Requirement[];
  /** What instances need from their boot to the end of their last job. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** The agents' group, and the lifecycle hook that keeps a terminating instance until its jobs have finished. */
export class AgentAutoScalingGroup extends Construct {
  readonly group: AutoscalingGroup;
  readonly terminatingHook: AutoscalingLifecycleHook;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    private readonly sources: GroupSources,
  ) {
    super(scope, id);
    const { inputs, names } = context;
    const { network, minSize, requirements, dependsOn } = sources;
    const precondition = preconditions(requirements);
    this.group = new AutoscalingGroup(this, "agent_auto_scale_group", {
      name: str(names.group),
      vpcZoneIdentifier: list(network.subnetIds),
      minSize: num(minSize),
      maxSize: num(inputs.maxSize),
      defaultCooldown: 60,
      protectFromScaleIn: bool(inputs.instanceScaleInProtection),
      terminationPolicies: ["OldestLaunchTemplate", "ClosestToNextInstanceHour"],
      enabledMetrics: [
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
        "GroupMaxSize",
        "GroupMinSize",
        "GroupPendingInstances",
        "GroupTerminatingInstances",
      ],
      waitForCapacityTimeout: orNull(lower(trimPrefix(inputs.instanceCreationTimeout, "PT"))),
      timeouts: { delete: DELETE_TIMEOUT },
      mixedInstancesPolicy: this.mixedInstances(),
      // Created before the first instance boots, and destroyed after the last one has terminated.
      dependsOn: [...dependsOn],
      lifecycle: {
        // AzRebalancingSuspender and operators suspend processes; the AgentScaler sets the desired capacity, which is not an argument here.
        ignoreChanges: ["suspended_processes"],
        ...(precondition.length > 0 && { precondition }),
      },
    });
    const tags = tagged(this.sources.launchTemplate.tags, {
      BuildkiteQueue: inputs.buildkiteQueue,
      AgentsPerInstance: toText(inputs.agentsPerInstance),
    });
    blocks(this.group, "tag", entries(tags), (tag) => ({
      key: field(tag, "key"),
      value: field(tag, "value"),
      propagate_at_launch: false,
    }));
    const types = splitTrimmed(",", inputs.instanceTypes);
    blocks(this.group, "mixed_instances_policy.launch_template.override", types, (type) => ({ instance_type: type }));
    optionalBlock(this.group, "instance_refresh", inputs.enableInstanceRefresh, {
      strategy: "Rolling",
      // A new instance is launched before an old one is terminated; the hook lets the old one finish its jobs.
      preferences: {
        min_healthy_percentage: 100,
        max_healthy_percentage: 110,
        scale_in_protected_instances: "Refresh",
      },
    });
    this.terminatingHook = this.hook();
  }

  private mixedInstances() {
    const { inputs } = this.context;
    const { template } = this.sources.launchTemplate;
    return {
      instancesDistribution: {
        onDemandBaseCapacity: num(inputs.onDemandBaseCapacity),
        onDemandPercentageAboveBaseCapacity: num(inputs.onDemandPercentage),
        spotAllocationStrategy: str(inputs.spotAllocationStrategy),
      },
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: template.id,
          // A number instead of $Latest, so that a change shows in the plan and starts an instance refresh.
          version: str(toText(Value.of(template.latestVersion))),
        },
      },
    };
  }

  /**
   * Without it a terminating instance loses its jobs. The instance itself completes it when its agent has finished.
   * Terraform destroys it before the group, and AWS then terminates waiting instances at once: there StopBuildkiteAgents lets jobs finish.
   */
  private hook(): AutoscalingLifecycleHook {
    const { inputs, facts, names } = this.context;
    const drainedByNobody = and(facts.keepsOriginalRights, inputs.buildkiteAgentEnableGracefulShutdown);
    const timeout = when(drainedByNobody, ORIGINAL_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT);
    return new AutoscalingLifecycleHook(this, "instance_terminating", {
      name: str(names.terminatingHook),
      autoscalingGroupName: this.group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      defaultResult: "CONTINUE",
      heartbeatTimeout: num(min(inputs.instanceTerminationGracePeriod, timeout)),
      notificationMetadata: str(jsonDocument({ stack_name: names.stack, queue: inputs.buildkiteQueue })),
      // AWS deletes a hook with its group, and a replacement has the same name, in which Terraform sees no change.
      lifecycle: { replaceTriggeredBy: [address(this.group, "arn")] },
    });
  }
}
