import type { AwsCall } from "./aws-calls";

/** How to ask AWS which resources of a Terraform type exist. The query leaves out what every account has. */
type Question = Omit<AwsCall, "region"> & { readonly type: string };

const questions: readonly Question[] = [
  { type: "aws_vpc", service: "ec2", operation: "describe_vpcs", query: "Vpcs[?!IsDefault].VpcId" },
  { type: "aws_subnet", service: "ec2", operation: "describe_subnets", query: "Subnets[?!DefaultForAz].SubnetId" },
  {
    type: "aws_internet_gateway",
    service: "ec2",
    operation: "describe_internet_gateways",
    query: "InternetGateways[].InternetGatewayId",
  },
  {
    type: "aws_route_table",
    service: "ec2",
    operation: "describe_route_tables",
    query: "RouteTables[?!(Associations[?Main])].RouteTableId",
  },
  {
    type: "aws_vpc_endpoint",
    service: "ec2",
    operation: "describe_vpc_endpoints",
    query: "VpcEndpoints[?State != 'deleted'].VpcEndpointId",
  },
  {
    type: "aws_security_group",
    service: "ec2",
    operation: "describe_security_groups",
    query: "SecurityGroups[?GroupName != 'default'].GroupId",
  },
  {
    type: "aws_launch_template",
    service: "ec2",
    operation: "describe_launch_templates",
    query: "LaunchTemplates[].LaunchTemplateName",
  },
  {
    type: "aws_instance",
    service: "ec2",
    operation: "describe_instances",
    query: "Reservations[].Instances[?State.Name != 'terminated'][].InstanceId",
  },
  { type: "aws_key_pair", service: "ec2", operation: "describe_key_pairs", query: "KeyPairs[].KeyName" },
  { type: "aws_ec2_host", service: "ec2", operation: "describe_hosts", query: "Hosts[?State != 'released'].HostId" },
  {
    type: "aws_autoscaling_group",
    service: "autoscaling",
    operation: "describe_auto_scaling_groups",
    query: "AutoScalingGroups[].AutoScalingGroupName",
  },
  {
    type: "aws_autoscaling_schedule",
    service: "autoscaling",
    operation: "describe_scheduled_actions",
    query: "ScheduledUpdateGroupActions[].ScheduledActionName",
  },
  { type: "aws_iam_role", service: "iam", operation: "list_roles", query: "Roles[].RoleName" },
  {
    type: "aws_iam_policy",
    service: "iam",
    operation: "list_policies",
    params: { Scope: "Local" },
    query: "Policies[].PolicyName",
  },
  {
    type: "aws_iam_instance_profile",
    service: "iam",
    operation: "list_instance_profiles",
    query: "InstanceProfiles[].InstanceProfileName",
  },
  { type: "aws_lambda_function", service: "lambda", operation: "list_functions", query: "Functions[].FunctionName" },
  {
    type: "aws_lambda_event_source_mapping",
    service: "lambda",
    operation: "list_event_source_mappings",
    query: "EventSourceMappings[].UUID",
  },
  {
    type: "aws_cloudwatch_log_group",
    service: "logs",
    operation: "describe_log_groups",
    query: "logGroups[].logGroupName",
  },
  { type: "aws_cloudwatch_event_rule", service: "events", operation: "list_rules", query: "Rules[].Name" },
  {
    type: "aws_cloudwatch_event_bus",
    service: "events",
    operation: "list_event_buses",
    query: "EventBuses[?Name != 'default'].Name",
  },
  { type: "aws_scheduler_schedule", service: "scheduler", operation: "list_schedules", query: "Schedules[].Name" },
  { type: "aws_ssm_parameter", service: "ssm", operation: "describe_parameters", query: "Parameters[].Name" },
  {
    type: "aws_secretsmanager_secret",
    service: "secretsmanager",
    operation: "list_secrets",
    query: "SecretList[].Name",
  },
  { type: "aws_s3_bucket", service: "s3", operation: "list_buckets", query: "Buckets[].Name" },
  { type: "aws_sqs_queue", service: "sqs", operation: "list_queues", query: "QueueUrls || `[]`" },
  { type: "aws_sns_topic", service: "sns", operation: "list_topics", query: "Topics[].TopicArn" },
  {
    type: "aws_cloudwatch_metric_alarm",
    service: "cloudwatch",
    operation: "describe_alarms",
    query: "MetricAlarms[].AlarmName",
  },
  {
    type: "aws_cloudwatch_dashboard",
    service: "cloudwatch",
    operation: "list_dashboards",
    query: "DashboardEntries[].DashboardName",
  },
  {
    type: "aws_kms_alias",
    service: "kms",
    operation: "list_aliases",
    query: "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName",
  },
];

/** Types that AWS keeps inside another resource and removes with it. */
const partsOfOthers = new Set([
  "aws_autoscaling_lifecycle_hook",
  "aws_cloudwatch_event_target",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_lambda_function_event_invoke_config",
  "aws_lambda_invocation",
  "aws_lambda_permission",
  "aws_route",
  "aws_route_table_association",
  "aws_s3_bucket_lifecycle_configuration",
  "aws_s3_bucket_logging",
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_policy",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
  "aws_security_group_rule",
  "aws_sqs_queue_policy",
  "aws_vpc_security_group_egress_rule",
  "aws_vpc_security_group_ingress_rule",
  "terraform_data",
]);

/** Keys need two steps: the list does not say which ones are ours or wait for their deletion. */
export const keyType = "aws_kms_key";

export function inventoryCalls(region: string): (AwsCall & { type: string })[] {
  return questions.map((question) => ({ ...question, region }));
}

/** The Terraform types among these whose remains the inventory would not see. A test wants this to be empty. */
export function uninventoried(types: Iterable<string>): string[] {
  const seen = new Set([keyType, ...questions.map((question) => question.type), ...partsOfOthers]);
  return [...new Set(types)].filter((type) => !seen.has(type)).sort();
}
