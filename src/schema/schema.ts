import { type Rule } from "./rule";
import { type Rows, type Table } from "./table";

/** The inputs of one construct, and what must or should hold across them. */
export interface Schema<R extends Rows> {
  /** Name of the interface of the props, such as ElasticCiStackProps. */
  readonly props: string;
  readonly table: Table<R>;
  /** Whoever breaks one is refused. */
  readonly rules: readonly Rule<R>[];
  /** Whoever breaks one is told so, and goes on. */
  readonly warnings: readonly Rule<R>[];
}
