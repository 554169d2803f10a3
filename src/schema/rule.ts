import { type Value } from "../value/value";
import { type InputName, type Inputs } from "../elastic-ci-stack/inputs/table";

/**
 * A condition that spans several inputs. In `message`, `{min_size}` stands for the name of the input as the reader knows it
 * and `{min_size=}` for "NAME is VALUE".
 */
export interface Rule {
  /** The input that carries the rule in the generated module. Terraform forbids circles: what the rule reads must not lead back here. */
  readonly on: InputName;
  readonly holds: (inputs: Inputs) => Value<boolean>;
  readonly message: string;
}

/** A condition that is no error: whoever breaks it is told that something has no effect. */
export type Caution = Rule;
