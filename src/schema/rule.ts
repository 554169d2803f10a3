import { type Value } from "../value/value";
import { type InputNameOf, type InputsOf, type Rows } from "./table";

/**
 * A condition that spans several inputs. In `message`, `{min_size}` stands for the name of the input as the reader knows it
 * and `{min_size=}` for "NAME is VALUE".
 */
export interface Rule<R extends Rows> {
  /** The input that carries the rule in the generated module. Terraform forbids circles: what the rule reads must not lead back here. */
  readonly on: InputNameOf<R>;
  readonly holds: (inputs: InputsOf<R>) => Value<boolean>;
  readonly message: string;
}
