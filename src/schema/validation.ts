import { jsonDocument } from "../value/json";
import { text } from "../value/text";
import { known, type Operand, Value } from "../value/value";
import { type Check } from "./check";
import { type Rule } from "./rule";
import { type Schema } from "./schema";
import { type InputNameOf, type InputsOf, type Rows, type Table } from "./table";

/** A check or rule applied to inputs: the condition, and the message where it does not hold. */
export interface Requirement {
  readonly on: string;
  readonly holds: Value<boolean>;
  /** Whether the condition or its message concerns this input. */
  readonly mentions: (input: string) => boolean;
  /** Built when it is read: most are never needed. */
  readonly message: Value<string>;
}

/** The name of an input in a message: `min_size` in Terraform, `minSize` in TypeScript. */
export type Naming = (input: string) => string;

/** Inputs under validation, and how messages name them. */
interface Subject<R extends Rows> {
  readonly table: Table<R>;
  readonly inputs: InputsOf<R>;
  readonly naming: Naming;
}

/** Everything that must hold: the limits of each input first, then the rules across inputs. */
export function requirements<R extends Rows>(
  { table, rules }: Schema<R>,
  inputs: InputsOf<R>,
  naming: Naming,
): readonly Requirement[] {
  const subject = { table, inputs, naming };
  return [...table.names.flatMap((input) => limits(input, subject)), ...rules.map((rule) => apply(rule, subject))];
}

/** What deserves a warning where it does not hold. */
export function warnings<R extends Rows>(
  schema: Schema<R>,
  inputs: InputsOf<R>,
  naming: Naming,
): readonly Requirement[] {
  return schema.warnings.map((rule) => apply(rule, { table: schema.table, inputs, naming }));
}

function limits<R extends Rows>(input: InputNameOf<R>, subject: Subject<R>): Requirement[] {
  const { table, inputs } = subject;
  return table.row(input).checks.map((check) => ({
    on: input,
    holds: (check as unknown as Check<unknown>).holds(table.content(input, inputs)),
    mentions: (other) => other === input,
    get message() {
      return sentence(`{${input}=}, but it must ${check.must}.`, subject);
    },
  }));
}

function apply<R extends Rows>(rule: Rule<R>, subject: Subject<R>): Requirement {
  return {
    on: rule.on,
    holds: rule.holds(subject.inputs),
    mentions: (input) =>
      input === rule.on || rule.message.includes(`{${input}}`) || rule.message.includes(`{${input}=}`),
    get message() {
      return sentence(rule.message, subject);
    },
  };
}

/** Fills `{name}` and `{name=}` in. The content of a secret is never repeated. */
function sentence<R extends Rows>(template: string, subject: Subject<R>): Value<string> {
  const pieces = template.split(/(\{[a-z0-9_]+=?\})/);
  return pieces.reduce<Value<string>>((done, piece) => text`${done}${fill(piece, subject)}`, Value.of(""));
}

function fill<R extends Rows>(piece: string, { table, inputs, naming }: Subject<R>): Operand<string> {
  const place = /^\{([a-z0-9_]+)(=?)\}$/.exec(piece);
  if (!place) return piece;
  const input = place[1] as InputNameOf<R>;
  if (!place[2]) return naming(input);
  const { sensitive, fields } = table.row(input);
  // The content of objects may be long, and nobody knows what is in it.
  if (sensitive || fields) return `${naming(input)} is not shown`;
  const content = table.content(input, inputs);
  if (content.isGiven && !known(content)) return `${naming(input)} is a reference`;
  return text`${naming(input)} is ${jsonDocument(content)}`;
}
