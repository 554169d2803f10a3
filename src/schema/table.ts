import { type Value } from "../value/value";
import { type Row } from "./row";

export type Rows = Readonly<Record<string, Row>>;

/** Inputs under one heading. */
export interface Section<R extends Rows = Rows> {
  readonly title: string;
  readonly rows: R;
}

/** `min_size` → `minSize`: the name of the prop is always the camel case of the variable's. */
export type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

export function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Type of an input's content. */
export type ContentOf<R> = R extends Row<infer T> ? T : never;

export type InputNameOf<R extends Rows> = keyof R & string;

/** Every input as a Value, by the name of its prop. */
export type InputsOf<R extends Rows> = { readonly [K in InputNameOf<R> as Camel<K>]: Value<ContentOf<R[K]>> };

/** The inputs of one construct by name, section by section, in the order of the documentation. */
export class Table<R extends Rows> {
  readonly names: readonly InputNameOf<R>[];

  constructor(
    readonly sections: readonly Section[],
    private readonly rows: R,
  ) {
    this.names = Object.keys(rows);
    const all = sections.flatMap((section) => Object.keys(section.rows));
    const twice = all.filter((name, i) => all.indexOf(name) !== i);
    if (twice.length > 0) throw new Error(`inputs of one name in two sections: ${twice.join(", ")}`);
  }

  row(input: InputNameOf<R>): Row {
    return this.rows[input]!;
  }

  /** The input that a word names, if any. */
  find(name: string): InputNameOf<R> | undefined {
    return this.names.find((input) => input === name);
  }

  /** The content of an input that is only known by its name. */
  content(input: InputNameOf<R>, inputs: InputsOf<R>): Value<unknown> {
    return (inputs as unknown as Record<string, Value<unknown>>)[camel(input)]!;
  }

  /** All inputs, each with the content that `contentOf` returns for it. */
  inputs(contentOf: (input: InputNameOf<R>) => Value<unknown>): InputsOf<R> {
    return Object.fromEntries(this.names.map((input) => [camel(input), contentOf(input)])) as unknown as InputsOf<R>;
  }
}

/** The table of any construct, where its rows' types do not matter. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table reads and writes names, so it is one of no wider type
export type AnyTable = Table<any>;

/** The rows of all sections together. */
type RowsOf<S extends readonly Section[]> =
  Intersection<S[number]["rows"]> extends infer R extends Rows ? { readonly [K in keyof R]: R[K] } : never;
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;

/** The table of some sections. A name occurs in one of them only. */
export function tableOf<const S extends readonly Section[]>(sections: S): Table<RowsOf<S>> {
  return new Table(sections, Object.assign({}, ...sections.map(({ rows }) => rows)) as RowsOf<S>);
}

/** The rows of a table. */
export type RowsIn<T> = T extends Table<infer R> ? R : never;
