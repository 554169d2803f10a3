import { type Inputs, table } from "../../../src/elastic-ci-stack/inputs/table";
import { camel } from "../../../src/schema/table";
import { Value } from "../../../src/value/value";

/** The inputs that props lead to, without judging them. */
export function inputsOf(props: Readonly<Record<string, unknown>>): Inputs {
  const entries = table.names.map((input) => [camel(input), Value.of(props[camel(input)] ?? table.row(input).default)]);
  return Object.fromEntries(entries) as Inputs;
}
