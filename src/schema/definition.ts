import { type Construct } from "constructs";
import { type Outputs } from "./outputs";
import { type Schema } from "./schema";
import { type InputsOf, type Rows } from "./table";
import { type Requirement } from "./validation";

/** One construct as data, from which its Terraform module and its documentation are generated. `R` are its inputs, `P` its parts. */
export interface Definition<R extends Rows, P> {
  /** As the command line and folders name it, such as elastic-ci-stack. */
  readonly name: string;
  readonly schema: Schema<R>;
  /** Makes every resource; `unresolved` are requirements that only Terraform can check. */
  readonly makeParts: (scope: Construct, inputs: InputsOf<R>, unresolved: readonly Requirement[]) => P;
  readonly outputs: Outputs<P>;
  readonly readme: ModuleReadme;
  /** Addresses that resources had elsewhere or earlier, for a state that is brought along to the module. */
  readonly moved?: readonly Move[];
}

/** Two addresses of one resource. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The definition of any construct, where the types of its inputs and parts do not matter. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyTable
export type AnyDefinition = Definition<any, any>;

/** What the README of the generated module says of this construct, in Markdown. */
export interface ModuleReadme {
  /** The heading, and what the module is. */
  readonly introduction: string;
  /** HCL and sentences below the heading "Usage". */
  readonly usage: string;
  /** Items of a list, beside what holds for every module. */
  readonly notes: readonly string[];
}
