import { TerraformOutput, TerraformStack, Testing } from "cdktf";
import { any, Value } from "../../src/value/value";

/** What cdktf writes for a value: plain JSON for what is known, `${…}` for the rest. */
export function rendered(value: unknown): unknown {
  const stack = new TerraformStack(Testing.app(), "stack");
  new TerraformOutput(stack, "it", { value: { it: any(value) } });
  const { output } = JSON.parse(Testing.synth(stack)) as { output: { it: { value: { it?: unknown } } } };
  return output.it.value.it;
}

/** A value that only Terraform knows. */
export function variable<T>(name: string): Value<T> {
  return Value.expression<T>(`var.${name}`);
}
