/* Right and wrong contents of an input, found by trying its own limits. */
import { type Check } from "../../src/schema/check";
import { type InputName, table } from "../../src/elastic-ci-stack/inputs/table";
import { type VariableType } from "../../src/schema/row";
import { known, Value } from "../../src/value/value";

export function checksOf(input: InputName): readonly Check<unknown>[] {
  return table.row(input).checks as unknown as readonly Check<unknown>[];
}

export function keeps(check: Check<unknown>, content: unknown): boolean {
  return known(check.holds(Value.of(content)))?.content === true;
}

export function accepts(input: InputName, content: unknown): boolean {
  return checksOf(input).every((check) => keeps(check, content));
}

/** The first content that a limit's sentence gives as an example. */
export function examples(input: InputName): readonly { readonly check: Check<unknown>; readonly content: unknown }[] {
  const { type } = table.row(input);
  return checksOf(input).flatMap((check) => {
    const [, quoted, plain] = /such as (?:"([^"]*)"|([^ ]*[^ ,]))/.exec(check.must) ?? [];
    const text = quoted ?? plain;
    return text === undefined ? [] : [{ check, content: filled(type, text) }];
  });
}

/** A content of the type in which the text stands. */
function filled(type: VariableType, text: string): unknown {
  if (type === "map(string)") return { own: text };
  return type === "list(string)" ? [text] : text;
}

/** Another content than the default that the input's limits allow, undefined where none is found. */
export function another(input: InputName): unknown {
  const { type, default: standard, choices = [] } = table.row(input);
  const given = examples(input).map(({ content }) => content);
  const texts = [`${String(standard)}x`, "x", "https://example.com/x", "s3://bucket/x"];
  const candidates: Readonly<Record<VariableType, readonly unknown[]>> = {
    bool: [!standard],
    number: [Number(standard) + 1, Number(standard) - 1, Number(standard) / 2],
    string: [...given, ...texts],
    "list(string)": [...given, ...texts.slice(1).map((text) => [text])],
    "map(string)": [...given, { x: "y" }],
    "list(object)": [],
  };
  const isOther = (content: unknown) => JSON.stringify(content) !== JSON.stringify(standard) && accepts(input, content);
  return [...choices, ...candidates[type]].find(isOther);
}

/** Contents of the input's type, most of which its limits refuse. */
export function strange(input: InputName): readonly unknown[] {
  const { type, checks } = table.row(input);
  const long = checks.flatMap(({ bounds }) => (bounds?.max === undefined ? [] : ["x".repeat(bounds.max + 1)]));
  const texts = ["", "?", "a b", "a,b", 'a"b', "$a", "a\nb", ...long];
  const items = [another(input) ?? []].flat();
  return type === "list(string)" ? [[], [...items, ...items], ...texts.map((text) => [text])] : texts;
}
