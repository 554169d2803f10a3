/*
 * Buildkite's own Terraform module v0.10.4 as it stands in a state: its addresses, names and values, for one set of inputs at a time.
 * Nothing here is meant to be used but as the beginning of a move.
 */

export type Inputs = Readonly<Record<string, unknown>>;
export type Body = Readonly<Record<string, unknown>>;
/** Type → name → arguments. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Body>>>>;

export const SUFFIX = "0a1b2c3d";
export const REGION = "us-east-1";
export const ACCOUNT = "123456789012";

/** What the parts are made from. */
export class Original {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly makesVpc: boolean;
  readonly makesRole: boolean;
  readonly makesSecretsBucket: boolean;
  readonly scales: boolean;
  readonly isGraceful: boolean;

  constructor(readonly inputs: Inputs) {
    this.name = `${String(inputs["stack_name"])}-${SUFFIX}`;
    this.tags = { ManagedBy: "Terraform", Stack: this.name };
    this.makesVpc = !this.has("vpc_id");
    this.makesRole = !this.has("instance_role_arn");
    this.makesSecretsBucket = this.get<boolean>("enable_secrets_plugin", true) && !this.has("secrets_bucket");
    this.scales = this.get<number>("min_size", 0) !== this.get<number>("max_size", 10);
    this.isGraceful = this.get<boolean>("buildkite_agent_enable_graceful_shutdown", false);
  }

  has(input: string): boolean {
    return input in this.inputs;
  }

  /** An input's content, where it decides what there is. */
  get<T>(input: string, ifLeftOut: T): T {
    return (this.inputs[input] as T | undefined) ?? ifLeftOut;
  }

  /** An input's place in an argument, where it may be a reference to something beside the module. */
  variable(input: string, ifLeftOut?: unknown): unknown {
    return this.has(input) ? `\${var.${input}}` : ifLeftOut;
  }
}

/** Resources that have a count in the original. */
export function counted(exists: boolean, named: Readonly<Record<string, Body>>): Readonly<Record<string, Body>> {
  if (!exists) return {};
  return Object.fromEntries(Object.entries(named).map(([name, body]) => [name, { count: 1, ...body }]));
}

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
