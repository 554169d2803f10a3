import { counted, type Original, type Resources } from "./inputs";

const GROUP = "${aws_autoscaling_group.agent_auto_scale_group.name}";

/** Launch template, group, schedules and hook. */
export function group(original: Original): Resources {
  const { name } = original;
  return {
    aws_launch_template: { agent_launch_template: launchTemplate(original) },
    aws_autoscaling_group: { agent_auto_scale_group: autoScalingGroup(original) },
    aws_autoscaling_schedule: counted(original.get("enable_scheduled_scaling", false), {
      scheduled_scale_up_action: schedule(`${name}-ScaleUp`, "0 8 * * MON-FRI", 1),
      scheduled_scale_down_action: schedule(`${name}-ScaleDown`, "0 18 * * MON-FRI", 0),
    }),
    aws_autoscaling_lifecycle_hook: counted(original.isGraceful, {
      instance_terminating: {
        name: `${name}-terminating-hook`,
        autoscaling_group_name: GROUP,
        default_result: "CONTINUE",
        heartbeat_timeout: 3600,
        lifecycle_transition: "autoscaling:EC2_INSTANCE_TERMINATING",
        notification_metadata: JSON.stringify({ queue: "default", stack_name: name }),
      },
    }),
  };
}

function launchTemplate(original: Original) {
  const { name, tags, inputs } = original;
  const isWindows = inputs["instance_operating_system"] === "windows";
  const own = "${aws_security_group.security_group[0].id}";
  return {
    name: `${name}-launch-template`,
    tags,
    network_interfaces: {
      device_index: 0,
      associate_public_ip_address: "true",
      security_groups: original.variable("security_group_ids", [own]),
    },
    key_name: original.variable("key_name", null),
    iam_instance_profile: { arn: "${aws_iam_instance_profile.iam_instance_profile.arn}" },
    instance_type: isWindows ? "m5.xlarge" : "t3.large",
    metadata_options: { http_tokens: "optional", http_put_response_hop_limit: 2, instance_metadata_tags: "enabled" },
    monitoring: { enabled: false },
    image_id: "ami-0123456789abcdef0",
    block_device_mappings: {
      device_name: isWindows ? "/dev/sda1" : "/dev/xvda",
      ebs: { volume_size: 250, volume_type: "gp3", encrypted: "false", throughput: 125, iops: 1000 },
    },
    tag_specifications: [
      { resource_type: "instance", tags: { ...tags, Role: "buildkite-agent", Name: name, BuildkiteQueue: "default" } },
      { resource_type: "volume", tags: { ...tags, Name: name, BuildkiteQueue: "default" } },
    ],
    user_data: Buffer.from("#!/bin/bash\n/usr/local/bin/bk-install-elastic-stack.sh\n").toString("base64"),
  };
}

function autoScalingGroup(original: Original) {
  const { name, tags } = original;
  return {
    name: `${name}-asg`,
    vpc_zone_identifier: original.makesVpc
      ? ["${aws_subnet.subnet0[0].id}", "${aws_subnet.subnet1[0].id}"]
      : original.variable("subnets"),
    mixed_instances_policy: {
      instances_distribution: {
        on_demand_base_capacity: 0,
        on_demand_percentage_above_base_capacity: 100,
        spot_allocation_strategy: "capacity-optimized",
      },
      launch_template: {
        launch_template_specification: {
          launch_template_id: "${aws_launch_template.agent_launch_template.id}",
          version: "$Latest",
        },
        override: [{ instance_type: "t3.large" }],
      },
    },
    min_size: original.get("min_size", 0),
    max_size: original.get("max_size", 10),
    default_cooldown: 60,
    protect_from_scale_in: true,
    termination_policies: ["OldestLaunchTemplate", "ClosestToNextInstanceHour"],
    enabled_metrics: [
      "GroupMinSize",
      "GroupMaxSize",
      "GroupInServiceInstances",
      "GroupTerminatingInstances",
      "GroupPendingInstances",
      "GroupDesiredCapacity",
    ],
    tag: Object.entries(tags).map(([key, value]) => ({ key, value, propagate_at_launch: false })),
    lifecycle: { ignore_changes: ["suspended_processes"] },
  };
}

function schedule(scheduled_action_name: string, recurrence: string, min_size: number) {
  return { scheduled_action_name, autoscaling_group_name: GROUP, recurrence, min_size, time_zone: "UTC" };
}
