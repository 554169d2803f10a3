import { type Outputs } from "../schema/outputs";
import { type Parts } from "./parts";

/** With the names and meanings of Buildkite's own module. */
export const outputs: Outputs<Parts> = {
  vpc_id: { about: "Id of the VPC in use, made or given.", value: ({ network }) => network.vpcId },
  managed_secrets_bucket: {
    about: "Name of the secrets bucket, if the stack made one.",
    value: ({ secretsBucket: { own } }, absent) => own.pick<string | null>(({ bucket }) => bucket.id, absent),
  },
  managed_secrets_logging_bucket: {
    about: "Name of the bucket with the secrets bucket's access logs, if the stack made one.",
    value: ({ secretsBucket: { own } }, absent) => own.pick<string | null>(({ logs }) => logs.id, absent),
  },
  pipeline_signing_kms_key: {
    about: "ARN of the KMS key that signs pipelines, if the stack made one.",
    value: ({ signingKey: { own } }, absent) => own.pick<string | null>((key) => key.arn, absent),
  },
  auto_scaling_group_name: { about: "Name of the Auto Scaling group.", value: ({ group }) => group.group.name },
  auto_scaling_group_arn: { about: "ARN of the Auto Scaling group.", value: ({ group }) => group.group.arn },
  instance_role_arn: {
    about: "ARN of the instances' role, made or given.",
    value: ({ instanceRole }) => instanceRole.arn,
  },
  instance_role_name: {
    about: "Name of the instances' role, made or given.",
    value: ({ instanceRole }) => instanceRole.name,
  },
  scaler_lambda_function_name: {
    about: "Name of the AgentScaler function; null where the stack has none.",
    value: ({ scaler: { own } }, absent) => own.pick<string | null>(({ fn }) => fn.functionName, absent),
  },
  scaler_lambda_function_arn: {
    about: "ARN of the AgentScaler function; null where the stack has none.",
    value: ({ scaler: { own } }, absent) => own.pick<string | null>(({ fn }) => fn.arn, absent),
  },
  scaler_log_group: {
    about: "Name of the AgentScaler's log group; null where the stack has none.",
    value: ({ scaler: { own } }, absent) => own.pick<string | null>(({ logs }) => logs.name, absent),
  },
  lifecycle_hook_name: {
    about: "Name of the lifecycle hook that holds terminating instances until they have drained.",
    value: ({ group }) => group.terminatingHook.name,
  },
  launch_template_id: {
    about: "Id of the launch template.",
    value: ({ launchTemplate }) => launchTemplate.template.id,
  },
  launch_template_version: {
    about: "Newest version of the launch template.",
    value: ({ launchTemplate }) => launchTemplate.template.latestVersion,
  },
  image_id: { about: "Id of the machine image in the launch template.", value: ({ image }) => image.id },
};
