import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { bool, eq, str, Value, value } from "../value/value";
import { requirements, type Statement, warnings } from "./validation";
import { camel, type InputName, inputNames, type Inputs, rowOf } from "../elastic-ci-stack/inputs/table";

/** Inputs as Terraform variables. */
export interface ResolvedVariables {
  readonly inputs: Inputs;
  /** Conditions whose failure deserves a warning at plan. */
  readonly warnings: readonly Statement[];
}

/**
 * Declares every input as a Terraform variable with its limits as `validation` blocks, and answers references to them.
 * An input that the oldest supported AWS provider does not know is fixed at its default, unless `unlocked` names it.
 */
export function fromVariables(scope: Construct, unlocked: readonly InputName[]): ResolvedVariables {
  const home = new Construct(scope, "variables");
  const variables = new Map(inputNames.map((input) => [input, declare(home, input)] as const));
  const references = inputsFrom((input) => Value.expression(`var.${input}`));
  const locked = inputNames.filter((input) => rowOf(input).providerFrom !== undefined && !unlocked.includes(input));
  for (const { on, holds, message } of [...requirements(references, (input) => input), ...locked.map(lock)]) {
    variables.get(on)!.addValidation({ condition: bool(holds), errorMessage: str(message) });
  }
  const fixed = (input: InputName) => (locked.includes(input) ? Value.of(rowOf(input).default) : undefined);
  return {
    inputs: inputsFrom((input) => fixed(input) ?? Value.expression(`var.${input}`)),
    warnings: warnings(references, (input) => input),
  };
}

function inputsFrom(content: (input: InputName) => Value<unknown>): Inputs {
  return Object.fromEntries(inputNames.map((input) => [camel(input), content(input)])) as unknown as Inputs;
}

function declare(home: Construct, input: InputName): TerraformVariable {
  const row = rowOf(input);
  return new TerraformVariable(home, input, {
    type: row.type,
    default: row.default,
    description: row.about,
    nullable: false,
    ...(row.sensitive && { sensitive: true }),
  });
}

function lock(input: InputName): Statement {
  const { default: only, providerFrom } = rowOf(input);
  return {
    on: input,
    mentions: (other) => other === input,
    holds: eq(Value.expression<boolean>(`var.${input}`), only as boolean),
    message: value(
      `${input} needs AWS provider ${providerFrom} or later, which this configuration does not ask for. Leave it at ${String(only)}, ` +
        `or unlock it: generate the module with --unlock ${input}, or name it in unlocked in src/main.ts of the app.`,
    ),
  };
}
