import { ref, Token } from "cdktf";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { mergedTags } from "../../harness/merged-tags";
import { type Body, EVERYTHING, synthesized } from "../../harness/synthesized";

const group = (props: Partial<ElasticCiStackProps> = {}): Body => synthesized(props).only("aws_autoscaling_group");

test.each<[string, Partial<ElasticCiStackProps>]>([
  ["by default", {}],
  ["with graceful shutdown", { buildkiteAgentEnableGracefulShutdown: true }],
  ["without a scaler", { minSize: 2, maxSize: 2 }],
  ["on Windows", { instanceOperatingSystem: "windows" }],
])("a terminating instance is held until it has drained: %s", (_, props) => {
  expect(synthesized(props).only("aws_autoscaling_lifecycle_hook")).toMatchObject({
    name: "buildkite-stack-0a1b2c3d-terminating-hook",
    autoscaling_group_name: "${aws_autoscaling_group.agent_auto_scale_group.name}",
    lifecycle_transition: "autoscaling:EC2_INSTANCE_TERMINATING",
    default_result: "CONTINUE",
  });
});

test("a group that replaces another gets a hook, too", () => {
  expect(synthesized().only("aws_autoscaling_lifecycle_hook").lifecycle).toEqual({
    replace_triggered_by: ["aws_autoscaling_group.agent_auto_scale_group.arn"],
  });
});

test.each([
  [30, 30],
  [3600, 300],
])("with a grace period of %i s an instance without heartbeat is terminated after %i s", (grace, timeout) => {
  const props = { instanceTerminationGracePeriod: grace, buildkiteAgentCancelGracePeriod: 10 };
  expect(synthesized(props).only("aws_autoscaling_lifecycle_hook").heartbeat_timeout).toBe(timeout);
});

test.each([
  ["an adopted stack with graceful shutdown, whose old instances send no heartbeats", "0a1b2c3d", true, 3600],
  ["an adopted stack without it, whose instances had no hook at all", "0a1b2c3d", false, 300],
  ["a stack of our own", "", true, 300],
])("the hook lets go of the silent instances of %s as late as before", (_, stackNameSuffix, graceful, timeout) => {
  const props = { stackNameSuffix, keepOriginalRights: true, buildkiteAgentEnableGracefulShutdown: graceful };
  expect(synthesized(props).only("aws_autoscaling_lifecycle_hook").heartbeat_timeout).toBe(timeout);
});

test("the hook is as short as anywhere when no instance of before the move is left", () => {
  const props = { keepOriginalRights: false, buildkiteAgentEnableGracefulShutdown: true };
  expect(synthesized(props).only("aws_autoscaling_lifecycle_hook").heartbeat_timeout).toBe(300);
});

test("the hook's notification metadata has the stack and the queue, whatever the queue's name", () => {
  const hook = synthesized({ buildkiteQueue: 'a "b" ${c}' }).only("aws_autoscaling_lifecycle_hook");
  const metadata = (hook.notification_metadata as string).replaceAll("$${", "${");
  expect(JSON.parse(metadata)).toEqual({ stack_name: "buildkite-stack-0a1b2c3d", queue: 'a "b" ${c}' });
});

test("the desired capacity is the scaler's, not Terraform's", () => {
  expect(group().desired_capacity).toBeUndefined();
  expect(group({ minSize: 1, maxSize: 7 })).toMatchObject({ min_size: 1, max_size: 7 });
});

test("processes that somebody suspended stay suspended", () => {
  expect(group().lifecycle.ignore_changes).toEqual(["suspended_processes"]);
});

test("a changed template shows in the group's plan, for its version is a number", () => {
  expect(group().mixed_instances_policy.launch_template.launch_template_specification).toEqual({
    launch_template_id: "${aws_launch_template.agent_launch_template.id}",
    version: "${tostring(aws_launch_template.agent_launch_template.latest_version)}",
  });
});

test("every instance type is an override, without its blanks", () => {
  const { override } = group({ instanceTypes: " m5.large ,m5a.large,  m5n.large" }).mixed_instances_policy
    .launch_template;
  expect(override).toEqual([
    { instance_type: "m5.large" },
    { instance_type: "m5a.large" },
    { instance_type: "m5n.large" },
  ]);
});

test("the instances distribution is that of the inputs", () => {
  const props = {
    onDemandBaseCapacity: 1,
    onDemandPercentage: 20,
    spotAllocationStrategy: "price-capacity-optimized",
  } as const;
  expect(group(props).mixed_instances_policy.instances_distribution).toEqual({
    on_demand_base_capacity: 1,
    on_demand_percentage_above_base_capacity: 20,
    spot_allocation_strategy: "price-capacity-optimized",
  });
});

test.each([true, false])(
  "whether AWS may choose instances to end is the user's choice: %s",
  (instanceScaleInProtection) => {
    expect(group({ instanceScaleInProtection }).protect_from_scale_in).toBe(instanceScaleInProtection);
  },
);

test("running instances are replaced by a changed template only where asked for, protected ones too", () => {
  expect(group().instance_refresh).toBeUndefined();
  expect(group({ enableInstanceRefresh: true }).instance_refresh).toEqual([
    {
      strategy: "Rolling",
      preferences: {
        min_healthy_percentage: 100,
        max_healthy_percentage: 110,
        scale_in_protected_instances: "Refresh",
      },
    },
  ]);
});

test.each([
  ["", undefined],
  ["15m", "15m"],
  ["PT15M", "15m"],
  ["PT1H30M", "1h30m"],
])("an instance creation timeout of %j waits %j", (instanceCreationTimeout, expected) => {
  expect(group({ instanceCreationTimeout }).wait_for_capacity_timeout).toBe(expected);
});

test("the group's delete timeout is enough to shut instances down, whatever the grace period", () => {
  expect(group({ instanceTerminationGracePeriod: 7200 }).timeouts.delete).toBe("15m");
});

test("the group has the common tags, its queue and its agents, and propagates none of them", () => {
  const stack = synthesized({ tags: { Owner: "platform" }, buildkiteQueue: "builders", agentsPerInstance: 3 });
  const { for_each: all, content } = stack.only("aws_autoscaling_group").dynamic.tag;
  expect(mergedTags(all as string, stack)).toEqual({
    Owner: "platform",
    ManagedBy: "Terraform",
    Stack: "buildkite-stack-0a1b2c3d",
    BuildkiteQueue: "builders",
    AgentsPerInstance: "3",
  });
  expect(content).toEqual({ key: "${tag.value.key}", value: "${tag.value.value}", propagate_at_launch: false });
});

test("the group depends on what instances need from boot to drain", () => {
  const { depends_on } = group(EVERYTHING);
  expect([...(depends_on as string[])].sort()).toEqual([
    "aws_iam_role_policy.buildkite_agent_policy",
    "aws_iam_role_policy.ecr_pullthrough_policy",
    "aws_iam_role_policy_attachment.instance_ecr_policy",
    "aws_iam_role_policy_attachment.instance_managed_policies",
    "aws_kms_alias.pipeline_signing_kms_key_alias",
    "aws_route.route_default",
    "aws_route_table_association.subnet0_routes",
    "aws_route_table_association.subnet1_routes",
    "aws_s3_bucket.managed_secrets_bucket",
    "aws_ssm_parameter.buildkite_agent_token_parameter",
    "aws_vpc_endpoint.interface",
    "aws_vpc_endpoint.s3",
  ]);
});

test("what a reference must be is asked where Terraform knows it, in the words that a known value gets", () => {
  const maxSize = Token.asNumber(ref("aws_ssm_parameter.size.value"));
  const { lifecycle } = group({ maxSize, minSize: 2 });
  expect(lifecycle.precondition).toContainEqual({
    condition: "${(aws_ssm_parameter.size.value >= 2)}",
    error_message: expect.stringContaining("Lower minSize or raise maxSize.") as string,
  });
});
