import { generateKeyPairSync } from "node:crypto";
import type { AwsCall } from "../aws-calls";
import { Cloud, SECRETS_BUCKET } from "./cloud";

export const TOKEN = "agent-token-that-nobody-may-see";
export const VERIFICATION_KEY =
  '{"keys":[{"kid":"a","alg":"EdDSA","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
export const ENVIRONMENT_SECRET = 'p$(id)"q\\r`s';
export const LOGIN_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl operator";

/** A stack as it is by default, but with room for a machine of each test. */
export const plain = { buildkite_agent_token: TOKEN, stack_name_suffix: "0a1b2c3d", max_size: 99 };

/** A stack that uses whatever the instance's scripts can do, each of them with a value of its own. */
export const everything = {
  buildkite_agent_token: TOKEN,
  stack_name: "machine",
  stack_name_suffix: "0a1b2c3d",
  min_size: 0,
  max_size: 99,
  buildkite_queue: "queue $(id) `id` ; & it's \\ é",
  buildkite_agent_tags: "os=linux, team=a b",
  agents_per_instance: 2,
  scale_in_idle_period: 3000,
  buildkite_agent_cancel_grace_period: 90,
  buildkite_agent_signal_grace_period: 30,
  buildkite_agent_enable_git_mirrors: true,
  git_mirror_seed_bucket: SECRETS_BUCKET,
  agent_env_file_url: "ssm:/ci/agent",
  bootstrap_script_url: `s3://${SECRETS_BUCKET}/bootstrap.sh`,
  authorized_users_url: `s3://${SECRETS_BUCKET}/authorized_keys`,
  buildkite_additional_sudo_permissions: "/usr/bin/true, /usr/bin/id -u",
  pipeline_verification_jwks_parameter_store_path: "/ci/verification",
  experimental_enable_resource_limits: true,
  enable_ec2_log_retention_policy: true,
  ec2_log_retention_days: 30,
  enable_docker_experimental: true,
  docker_networking_protocol: "dualstack",
  allowed_pipelines: ["app", "web-*"],
  instance_termination_grace_period: 600,
};

const BOOTSTRAP =
  'id -u >/var/log/bootstrap-ran\n[[ ! -e /run/buildkite-elastic-ci-stack/ready ]] && echo "agent not yet there" >>/var/log/bootstrap-ran\n';

/** The stack with everything, and what its settings point to. */
export async function applyEverything(): Promise<Cloud> {
  const cloud = await Cloud.apply(everything);
  await cloud.emulator.upload(SECRETS_BUCKET, "bootstrap.sh", Buffer.from(BOOTSTRAP));
  await cloud.emulator.upload(SECRETS_BUCKET, "authorized_keys", Buffer.from(`${LOGIN_KEY}\n`));
  const parameter = (Name: string, Value: string): AwsCall => ({
    service: "ssm",
    operation: "put_parameter",
    params: { Name, Value, Type: "SecureString" },
    region: cloud.emulator.region,
  });
  await cloud.emulator.calls([
    parameter("/ci/agent/nested/my_secret", ENVIRONMENT_SECRET),
    parameter("/ci/verification", VERIFICATION_KEY),
  ]);
  return cloud;
}

/** A private SSH key as OpenSSH writes it. */
export function sshKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  }) as string;
}
