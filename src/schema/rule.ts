import { type Value } from "../value/value";
import { type InputNameOf, type InputsOf, type Rows } from "./table";

/**
 * A condition across several inputs. In `message`, `{min_size}` stands for the input's name in Terraform or TypeScript,
 * and `{min_size=}` for "NAME is VALUE".
 */
export interface Rule<R extends Rows> {
  /** The variable that gets the rule as a `validation` block. Terraform forbids cycles: no rule on an input that this one reads may read this input. */
  readonly on: InputNameOf<R>;
  readonly holds: (inputs: InputsOf<R>) => Value<boolean>;
  readonly message: string;
}
