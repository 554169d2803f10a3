import { Annotations } from "cdktf";
import { type Construct } from "constructs";
import { type Definition } from "./definition";
import { fromProps } from "./from-props";
import { newerProviderNeeded } from "./newer-provider";
import { type Rows } from "./table";

/**
 * What the constructor of every construct does: checks the props, warns of what deserves it, and makes the parts.
 * @throws InvalidInputs naming every wrong prop at once.
 */
export function partsFromProps<R extends Rows, P>(
  scope: Construct,
  { schema, makeParts }: Definition<R, P>,
  props: object,
): P {
  const { inputs, unresolved, warnings } = fromProps(schema, props);
  for (const warning of [...warnings, ...newerProviderNeeded(schema.table, inputs)]) {
    Annotations.of(scope).addWarning(warning);
  }
  return makeParts(scope, inputs, unresolved);
}
