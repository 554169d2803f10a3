import { AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { AutoscalingLifecycleHook } from "@cdktf/provider-aws/lib/autoscaling-lifecycle-hook";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Requirement } from "../../schema/validation";
import { type StackContext } from "../context";
import { entries, field, splitTrimmed } from "../../value/list";
import { address, blocks, optionalBlock, orNull, preconditions } from "../../value/optional";
import { jsonDocument } from "../../value/json";
import { lower, toText, withoutPrefix } from "../../value/text";
import { bool, least, list, num, str, Value } from "../../value/value";
import { type AgentLaunchTemplate } from "../instance/launch-template";
import { tagged } from "../../aws/names";
import { type Network } from "../network/network";

/** What deleting the group may take. Its hook is gone by then, so instances no longer drain; they only have to shut down. */
const DELETE_TIMEOUT = "15m";

/**
 * Seconds after which the hook lets go of an instance that has fallen silent. A draining one sends a heartbeat every minute
 * until its grace period is over, so a shorter time than the grace period costs no job, and a dead instance is gone soon.
 */
const HEARTBEAT_TIMEOUT = 300;

export interface GroupSources {
  readonly network: Network;
  readonly launchTemplate: AgentLaunchTemplate;
  readonly minSize: Value<number>;
  /** Requirements on inputs that only Terraform can judge. */
  readonly requirements: readonly Requirement[];
  /** What instances need from their boot to the end of their last job. */
  readonly needs: readonly ITerraformDependable[];
}

/** The group of agents, and the hook that gives a terminating instance time to finish its work while the group stays. */
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
    const { network, minSize, requirements, needs } = sources;
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
      waitForCapacityTimeout: orNull(lower(withoutPrefix(inputs.instanceCreationTimeout, "PT"))),
      timeouts: { delete: DELETE_TIMEOUT },
      mixedInstancesPolicy: this.mixedInstances(),
      // Made before the first instance boots, and destroyed only when the last one is gone.
      dependsOn: [...needs],
      lifecycle: {
        // AzRebalancingSuspender and operators suspend processes; the AgentScaler sets the desired capacity, which is not an argument here.
        ignoreChanges: ["suspended_processes"],
        ...(precondition.length > 0 && { precondition }),
      },
    });
    const tags = tagged(names.tags, {
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
      // A new instance comes before an old one goes; the hook lets the old one finish its jobs.
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
          // A number instead of $Latest: only so does a change show in the plan and start an instance refresh.
          version: str(toText(Value.of(template.latestVersion))),
        },
      },
    };
  }

  /**
   * Without it a terminating instance loses its jobs. The instance itself completes it when its agent has finished.
   * Terraform destroys it before the group, and AWS then ends waiting instances at once: only StopBuildkiteAgents lets jobs finish there.
   */
  private hook(): AutoscalingLifecycleHook {
    const { inputs, names } = this.context;
    return new AutoscalingLifecycleHook(this, "instance_terminating", {
      name: str(names.terminatingHook),
      autoscalingGroupName: this.group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      defaultResult: "CONTINUE",
      heartbeatTimeout: num(least(inputs.instanceTerminationGracePeriod, HEARTBEAT_TIMEOUT)),
      notificationMetadata: str(jsonDocument({ stack_name: names.stack, queue: inputs.buildkiteQueue })),
      // A hook goes with its group, and the new group has the old one's name.
      lifecycle: { replaceTriggeredBy: [address(this.group, "arn")] },
    });
  }
}
