import { type AwsCall } from "./aws-calls";

export interface Configuration {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that only an HCL caller needs, because presence of a value is not visible to it before apply. */
  readonly moduleOnly?: Readonly<Record<string, unknown>>;
  /** Resources of the user's own beside the stack: type → name → arguments. */
  readonly surroundings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** How many resources of a type the stack has; 0 for none. Only what the configuration is about. */
  readonly counts: Readonly<Record<string, number>>;
  /** Outputs beside the names that every stack has. Text is compared, a pattern matched. */
  readonly outputs?: Readonly<Record<string, string | null | RegExp>>;
  /** What the stack's own functions do to its resources, which no plan may undo. */
  readonly meanwhile?: readonly Omit<AwsCall, "region">[];
  /** A later change of an input, and exactly what may change with it: "update aws_autoscaling_group". */
  readonly change: { readonly inputs: Readonly<Record<string, unknown>>; readonly changes: readonly string[] };
  readonly region?: string;
}

/* What several configurations share. */

export const token = { buildkite_agent_token: "agent-token-that-no-state-may-hold" };
/** The emulator delivers access logs at once, so a bucket that is not emptied cannot be destroyed. */
export const disposable = { secrets_bucket_force_destroy: true };
export const noSecrets = { enable_secrets_plugin: false };
/** The emulator never ends protected instances, and makes a key of its own for encrypted volumes. */
export const runningInstances = { instance_scale_in_protection: false, root_volume_encrypted: false };
export const newTemplate = ["update aws_autoscaling_group", "update aws_launch_template"];
