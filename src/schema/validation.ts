import { jsonDocument } from "../value/json";
import { text } from "../value/text";
import { known, type Operand, Value } from "../value/value";
import { type Check } from "./check";
import { type Rule } from "./rule";
import { cautions, rules } from "../elastic-ci-stack/rules/rules";
import { contentOf, type InputName, type Inputs, inputNames, rowOf } from "../elastic-ci-stack/inputs/table";

/** A condition on concrete inputs, with the sentence for whoever breaks it. */
export interface Statement {
  readonly on: InputName;
  readonly holds: Value<boolean>;
  /** Whether it is about this input too. */
  readonly mentions: (input: InputName) => boolean;
  /** Put together only when it is read: most are never needed. */
  readonly message: Value<string>;
}

/** How the reader knows an input: `min_size` in Terraform, `minSize` in TypeScript. */
export type Naming = (input: InputName) => string;

/** Everything that must hold: the limits of each input first, then the rules across inputs. */
export function requirements(inputs: Inputs, naming: Naming): readonly Statement[] {
  return [
    ...inputNames.flatMap((input) => limits(input, inputs, naming)),
    ...rules.map((rule) => apply(rule, inputs, naming)),
  ];
}

/** Everything worth a warning. */
export function warnings(inputs: Inputs, naming: Naming): readonly Statement[] {
  return cautions.map((caution) => apply(caution, inputs, naming));
}

function limits(input: InputName, inputs: Inputs, naming: Naming): Statement[] {
  return rowOf(input).checks.map((check) => ({
    on: input,
    holds: (check as unknown as Check<unknown>).holds(contentOf(input, inputs)),
    mentions: (other) => other === input,
    get message() {
      return sentence(`{${input}=}, but it must ${check.must}.`, inputs, naming);
    },
  }));
}

function apply(rule: Rule, inputs: Inputs, naming: Naming): Statement {
  return {
    on: rule.on,
    holds: rule.holds(inputs),
    mentions: (input) =>
      input === rule.on || rule.message.includes(`{${input}}`) || rule.message.includes(`{${input}=}`),
    get message() {
      return sentence(rule.message, inputs, naming);
    },
  };
}

/** Fills `{name}` and `{name=}` in. The content of a secret is never repeated. */
function sentence(template: string, inputs: Inputs, naming: Naming): Value<string> {
  const pieces = template.split(/(\{[a-z0-9_]+=?\})/);
  return pieces.reduce<Value<string>>((done, piece) => text`${done}${fill(piece, inputs, naming)}`, Value.of(""));
}

function fill(piece: string, inputs: Inputs, naming: Naming): Operand<string> {
  const place = /^\{([a-z0-9_]+)(=?)\}$/.exec(piece);
  if (!place) return piece;
  const input = place[1] as InputName;
  if (!place[2]) return naming(input);
  if (rowOf(input).sensitive) return `${naming(input)} is not shown`;
  const content = contentOf(input, inputs);
  if (content.isGiven && !known(content)) return `${naming(input)} is a reference`;
  return text`${naming(input)} is ${jsonDocument(content)}`;
}
