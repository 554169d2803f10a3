import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { bool, eq, str, Value, value } from "../value/value";
import { type Row, terraformType } from "./row";
import { type Schema } from "./schema";
import { type AnyTable, type InputsOf, type Rows } from "./table";
import { requirements, type Requirement, warnings } from "./validation";

/** Inputs as Terraform variables. */
export interface ResolvedVariables<R extends Rows> {
  readonly inputs: InputsOf<R>;
  /** Conditions whose failure deserves a warning at plan. */
  readonly warnings: readonly Requirement[];
}

/**
 * Declares every input as a Terraform variable with its limits as `validation` blocks, and returns references to them.
 * An input that the oldest supported AWS provider does not know is fixed at its default, unless `unlocked` names it.
 */
export function fromVariables<R extends Rows>(
  scope: Construct,
  schema: Schema<R>,
  unlocked: readonly string[],
): ResolvedVariables<R> {
  const { table } = schema;
  const home = new Construct(scope, "variables");
  const variables = new Map<string, TerraformVariable>(
    table.names.map((input) => [input, declare(home, input, table.row(input))]),
  );
  const references = table.inputs((input) => Value.expression(`var.${input}`));
  const locked = lockedInputs(table).filter((input) => !unlocked.includes(input));
  const all = [
    ...requirements(schema, references, (input) => input),
    ...locked.map((input) => lock(input, table.row(input))),
  ];
  for (const { on, holds, message } of all) {
    variables.get(on)!.addValidation({ condition: bool(holds), errorMessage: str(message) });
  }
  return {
    inputs: table.inputs((input) =>
      locked.includes(input) ? Value.of(table.row(input).default) : Value.expression(`var.${input}`),
    ),
    warnings: warnings(schema, references, (input) => input),
  };
}

/** Inputs that are fixed at their default unless the module asks for a newer provider than the oldest supported one. */
export function lockedInputs(table: AnyTable): readonly string[] {
  return table.names.filter((input) => table.row(input).providerFrom !== undefined);
}

function declare(home: Construct, input: string, row: Row): TerraformVariable {
  return new TerraformVariable(home, input, {
    type: terraformType(row),
    default: row.default,
    description: row.about,
    nullable: false,
    ...(row.sensitive && { sensitive: true }),
  });
}

function lock(input: string, { default: only, providerFrom }: Row): Requirement {
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
