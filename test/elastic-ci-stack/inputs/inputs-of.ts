import { camel, inputNames, type Inputs, rowOf } from "../../../src/elastic-ci-stack/inputs/table";
import { Value } from "../../../src/value/value";

/** The inputs that props lead to, without judging them. */
export function inputsOf(props: Readonly<Record<string, unknown>>): Inputs {
  const entries = inputNames.map((input) => [camel(input), Value.of(props[camel(input)] ?? rowOf(input).default)]);
  return Object.fromEntries(entries) as Inputs;
}
