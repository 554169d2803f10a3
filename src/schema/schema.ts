import { type Rule } from "./rule";
import { type Rows, type Table } from "./table";

/** The inputs of one construct, and the rules across them. */
export interface Schema<R extends Rows> {
  /** Name of the interface of the props, such as ElasticCiStackProps. */
  readonly props: string;
  readonly table: Table<R>;
  /** Breaking one is an error. */
  readonly rules: readonly Rule<R>[];
  /** Breaking one is a warning. */
  readonly warnings: readonly Rule<R>[];
}
