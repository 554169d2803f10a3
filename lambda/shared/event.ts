export type JsonObject = Readonly<Record<string, unknown>>;

/** "invoke" is a manual invocation: the event has no `tf` object. */
export type Action = "create" | "update" | "delete" | "invoke";

/** What aws_lambda_invocation with lifecycle_scope = "CRUD" adds to the payload under the key `tf`. */
export interface Lifecycle {
  readonly action: Action;
  readonly previousInput: JsonObject | null;
}

const TERRAFORM_ACTIONS = ["create", "update", "delete"] as const;
const LONGEST_VALUE_SHOWN = 100;

/** Throws an error that names the field, its value and what is allowed. */
export function refuse(field: string, value: unknown, allowed: string): never {
  const shown = value === undefined ? "nothing" : JSON.stringify(value).slice(0, LONGEST_VALUE_SHOWN);
  throw new Error(`${field} must be ${allowed}, got ${shown}`);
}

export function readObject(value: unknown, field: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(field, value, "an object");
  return value as JsonObject;
}

export function readChoice<const T extends string>(value: unknown, field: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse(field, value, choices.map((choice) => JSON.stringify(choice)).join(" or "));
}

export function readGroupName(value: unknown, field: string): string {
  if (typeof value === "string" && value.length >= 1 && value.length <= 255) return value;
  return refuse(field, value, "the name of an Auto Scaling group (1 to 255 characters)");
}

export function readLifecycle(event: JsonObject): Lifecycle {
  if (event["tf"] === undefined) return { action: "invoke", previousInput: null };
  const tf = readObject(event["tf"], "tf");
  const previous = tf["prev_input"] ?? null;
  return {
    action: readChoice(tf["action"], "tf.action", TERRAFORM_ACTIONS),
    previousInput: previous === null ? null : readObject(previous, "tf.prev_input"),
  };
}
