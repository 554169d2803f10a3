import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { type Json, type JsonObject, synthesize } from "../../src/module/synthesize";

const { configuration } = synthesize(elasticCiStack, []);

/** Addresses of Buildkite's own module for the same purpose, so that its users can bring their state along. */
const SHARED = [
  "aws_autoscaling_group.agent_auto_scale_group",
  "aws_autoscaling_lifecycle_hook.instance_terminating",
  "aws_autoscaling_schedule.scheduled_scale_down_action count",
  "aws_autoscaling_schedule.scheduled_scale_up_action count",
  "aws_cloudwatch_event_rule.scaler_schedule count",
  "aws_cloudwatch_event_target.scaler_lambda count",
  "aws_cloudwatch_log_group.scaler_lambda_logs count",
  "aws_iam_instance_profile.iam_instance_profile",
  "aws_iam_role.asg_process_suspender count",
  "aws_iam_role.iam_role count",
  "aws_iam_role.scaler_lambda_role count",
  "aws_iam_role.stop_buildkite_agents count",
  "aws_iam_role_policy.asg_process_suspender count",
  "aws_iam_role_policy.buildkite_agent_policy count",
  "aws_iam_role_policy.ecr_pullthrough_policy count",
  "aws_iam_role_policy.scaler_lambda_policy count",
  "aws_iam_role_policy_attachment.instance_ecr_policy count",
  "aws_iam_role_policy_attachment.instance_managed_policies for_each",
  "aws_internet_gateway.gateway count",
  "aws_kms_key.pipeline_signing_kms_key count",
  "aws_lambda_function.az_rebalancing_suspender",
  "aws_lambda_function.scaler count",
  "aws_lambda_function.stop_buildkite_agents",
  "aws_lambda_invocation.stop_buildkite_agents_on_replacement",
  "aws_lambda_invocation.suspend_az_rebalance",
  "aws_lambda_permission.allow_eventbridge count",
  "aws_launch_template.agent_launch_template",
  "aws_route.route_default count",
  "aws_route_table.routes count",
  "aws_route_table_association.subnet0_routes count",
  "aws_route_table_association.subnet1_routes count",
  "aws_s3_bucket.managed_secrets_bucket count",
  "aws_s3_bucket.managed_secrets_logging_bucket count",
  "aws_s3_bucket_logging.managed_secrets_bucket_logging count",
  "aws_s3_bucket_policy.managed_secrets_bucket_policy count",
  "aws_s3_bucket_policy.managed_secrets_logging_bucket_policy count",
  "aws_s3_bucket_public_access_block.managed_secrets_bucket_pab count",
  "aws_s3_bucket_public_access_block.managed_secrets_logging_bucket_pab count",
  "aws_s3_bucket_server_side_encryption_configuration.managed_secrets_bucket_encryption count",
  "aws_s3_bucket_server_side_encryption_configuration.managed_secrets_logging_bucket_encryption count",
  "aws_s3_bucket_versioning.managed_secrets_bucket_versioning count",
  "aws_s3_bucket_versioning.managed_secrets_logging_bucket_versioning count",
  "aws_security_group.security_group count",
  "aws_security_group.vpc_endpoint_sg count",
  "aws_ssm_parameter.buildkite_agent_token_parameter count",
  "aws_subnet.subnet0 count",
  "aws_subnet.subnet1 count",
  "aws_vpc.vpc count",
  "data.aws_availability_zones.available count",
  "data.aws_caller_identity.current",
  "data.aws_default_tags.current",
  "data.aws_partition.current",
  "data.aws_ssm_parameter.ami count",
];

/** What Buildkite's module does not have, or has in another shape. */
const OWN = [
  "aws_cloudwatch_log_group.az_rebalancing_suspender_logs",
  "aws_cloudwatch_log_group.stop_buildkite_agents_logs",
  "aws_iam_role_policy.stop_buildkite_agents count",
  "aws_iam_role_policy_attachment.scaler_lambda_role_managed_policies count",
  "aws_kms_alias.pipeline_signing_kms_key_alias count",
  "aws_lambda_function_event_invoke_config.scaler_invocations count",
  "aws_s3_bucket_lifecycle_configuration.managed_secrets_bucket_lifecycle count",
  "aws_s3_bucket_lifecycle_configuration.managed_secrets_logging_bucket_lifecycle count",
  "aws_s3_bucket_ownership_controls.managed_secrets_bucket_ownership count",
  "aws_s3_bucket_ownership_controls.managed_secrets_logging_bucket_ownership count",
  "aws_ssm_parameter.scaler_memory count",
  "aws_vpc_endpoint.dynamodb count",
  "aws_vpc_endpoint.interface for_each",
  "aws_vpc_endpoint.s3 count",
  "aws_vpc_security_group_ingress_rule.security_group_ssh_ingress for_each",
  "data.aws_autoscaling_group.live count",
  "data.aws_autoscaling_groups.same_name count",
  "data.aws_service.ec2",
];

/** Other addresses of Buildkite's module, which move here. */
const MOVED = [
  'aws_vpc_endpoint.ssm[0] → aws_vpc_endpoint.interface["ssm"]',
  'aws_vpc_endpoint.ssmmessages[0] → aws_vpc_endpoint.interface["ssmmessages"]',
  'aws_vpc_endpoint.ec2messages[0] → aws_vpc_endpoint.interface["ec2messages"]',
  'aws_vpc_security_group_ingress_rule.security_group_ssh_ingress[0] → aws_vpc_security_group_ingress_rule.security_group_ssh_ingress["0.0.0.0/0"]',
];

test("what Buildkite's module has elsewhere moves", () => {
  const moved = configuration["moved"] as unknown as readonly { readonly from: string; readonly to: string }[];
  expect(moved.map(({ from, to }) => `${from} → ${to}`)).toEqual(MOVED);
});

interface Instance {
  readonly address: string;
  readonly body: JsonObject;
}

function instances(kind: "resource" | "data"): Instance[] {
  const prefix = kind === "data" ? "data." : "";
  return Object.entries(configuration[kind]!).flatMap(([type, named]) =>
    Object.entries(named as JsonObject).map(([name, body]) => ({
      address: `${prefix}${type}.${name}`,
      body: body as JsonObject,
    })),
  );
}

const all = [...instances("resource"), ...instances("data")];
const repeated = (body: JsonObject) => (["count", "for_each"] as const).filter((argument) => argument in body);

test("addresses and what makes instances of them are a contract with the module's users", () => {
  const actual = all.map(({ address, body }) => [address, ...repeated(body)].join(" "));
  expect(actual.sort()).toEqual([...SHARED, ...OWN].sort());
});

/** Addresses, locals and variables that a piece of configuration reads. */
function references(json: Json): string[] {
  const found = JSON.stringify(json).matchAll(/(?<![\w.-])(data\.[a-z0-9_]+\.[a-z0-9_]+|[a-z][a-z0-9_]*\.[a-z0-9_]+)/g);
  return [...new Set([...found].map(([, reference]) => reference!))];
}

/** Everything that a piece of configuration depends on, through locals and data sources. */
function dependencies(json: Json, known = new Set<string>()): Set<string> {
  for (const reference of references(json).filter((reference) => !known.has(reference))) {
    known.add(reference);
    const local = reference.startsWith("local.")
      ? configuration["locals"]![reference.slice("local.".length)]
      : undefined;
    const body = local ?? all.find(({ address }) => address === reference)?.body;
    if (body !== undefined) dependencies(body, known);
  }
  return known;
}

const managed = (json: Json) => [...dependencies(json)].filter((reference) => !/^(var|local|data)\./.test(reference));

test("a reference to a resource is seen through locals, data sources and texts", () => {
  expect(managed("${local.image_id}")).toEqual([]);
  expect(managed('${"a-${aws_vpc.vpc[0].id}"}')).toContain("aws_vpc.vpc");
  expect(managed("${aws_launch_template.agent_launch_template.id}")).toContain(
    "aws_launch_template.agent_launch_template",
  );
});

test.each(
  all.flatMap(({ address, body }) => repeated(body).map((argument) => [address, argument, body[argument]!] as const)),
)("whether %s exists is known at plan", (_, __, expression) => {
  expect(managed(expression)).toEqual([]);
});

test("every reference of the module is to something that it declares", () => {
  const declared = new Set([
    ...all.map(({ address }) => address),
    ...Object.keys(configuration["locals"]!).map((name) => `local.${name}`),
    ...Object.keys(configuration["variable"]!).map((name) => `var.${name}`),
  ]);
  const used = [...all.map(({ body }) => body), configuration["locals"]!, configuration["output"]!].flatMap(references);
  const missing = used.filter(
    (reference) => /^(var|local|data|aws_[a-z0-9_]+)\./.test(reference) && !declared.has(reference),
  );
  expect(missing).toEqual([]);
});
