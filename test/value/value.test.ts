import fc from "fast-check";
import { Lazy, ref, TerraformStack, Testing, Token } from "cdktf";
import * as v from "../../src/value/value";
import { rendered, variable } from "../harness/rendered";

const { and, any, eq, isSet, known, not, or, Value, when } = v;
const text = variable<string>("text");
const number = variable<number>("number");
const flag = variable<boolean>("flag");
const stack = new TerraformStack(Testing.app(), "stack");
const to = (address: string) => ref(address, stack);
const reference = Value.of(Token.asString(to("aws_vpc.mine.id")));

describe("operators whose operands are known come to their result", () => {
  test.each([
    { name: "eq of equal texts", folded: eq("", ""), result: true },
    { name: "eq of zero and zero", folded: eq(0, 0), result: true },
    { name: "eq of false and true", folded: eq<boolean>(false, true), result: false },
    { name: "gt of equal numbers", folded: v.gt(0, 0), result: false },
    { name: "gte of equal numbers", folded: v.gte(0, 0), result: true },
    { name: "plus", folded: v.plus(2, -2), result: 0 },
    { name: "times", folded: v.times(0, 5), result: 0 },
    { name: "min", folded: v.min(3, 0), result: 0 },
    { name: "floor of a negative fraction", folded: v.floor(-0.5), result: -1 },
    { name: "not", folded: not(false), result: true },
    { name: "and of nothing", folded: and(), result: true },
    { name: "or of nothing", folded: or(), result: false },
    { name: "isSet of an empty text", folded: isSet(""), result: false },
    { name: "isSet of a blank", folded: isSet(" "), result: true },
    { name: "isSet of an empty list", folded: isSet([]), result: false },
    { name: "isSet of a list with an unknown item", folded: isSet([text] as never[]), result: true },
  ])("$name", ({ folded, result }) => {
    expect(known<unknown>(folded)).toEqual({ content: result });
  });
});

describe("operators on what only Terraform knows become expressions", () => {
  test.each([
    { name: "eq with a quoted text", built: eq(text, 'a "b" ${c}'), expression: '${(var.text == "a \\"b\\" $${c}")}' },
    { name: "eq with an empty text", built: eq(text, ""), expression: '${(var.text == "")}' },
    { name: "eq with false", built: eq<boolean>(flag, false), expression: "${(var.flag == false)}" },
    { name: "gt with zero", built: v.gt(number, 0), expression: "${(var.number > 0)}" },
    { name: "gte with a negative number", built: v.gte(number, -1), expression: "${(var.number >= -1)}" },
    { name: "a sum inside a product", built: v.times(v.plus(number, 1), 2), expression: "${((var.number + 1) * 2)}" },
    {
      name: "a choice inside a sum",
      built: v.plus(1, when(flag, 2, number)),
      expression: "${(1 + (var.flag ? 2 : var.number))}",
    },
    { name: "not of a comparison", built: not(eq(number, 1)), expression: "${!(var.number == 1)}" },
    { name: "not of a negation", built: not(not(eq(number, 1))), expression: "${(var.number == 1)}" },
    { name: "min", built: v.min(number, 3), expression: "${min(var.number, 3)}" },
    { name: "floor", built: v.floor(number), expression: "${floor(var.number)}" },
    { name: "isSet", built: isSet(text), expression: "${(length(var.text) > 0)}" },
    {
      name: "a choice of null",
      built: when<string | null>(flag, text, null),
      expression: "${(var.flag ? var.text : null)}",
    },
    { name: "a reference", built: eq(reference, "vpc-1"), expression: '${(aws_vpc.mine.id == "vpc-1")}' },
  ])("$name", ({ built, expression }) => {
    expect(rendered(built)).toBe(expression);
  });
});

describe("and, or and when need only what decides them", () => {
  test.each([
    { name: "false and unknown is false", built: and(false, flag), result: false },
    { name: "unknown and false is false", built: and(flag, false), result: false },
    { name: "true or unknown is true", built: or(true, flag), result: true },
    { name: "unknown or true is true", built: or(flag, true), result: true },
    { name: "the branch taken is known", built: when<boolean>(true, false, flag), result: false },
    { name: "so is the other one", built: when<boolean>(false, flag, true), result: true },
  ])("$name", ({ built, result }) => {
    expect(known(built)).toEqual({ content: result });
  });

  test.each([
    { name: "true disappears from and", built: and(true, flag, true), expression: "${var.flag}" },
    { name: "false disappears from or", built: or(false, flag, false), expression: "${var.flag}" },
    {
      name: "and is a conditional, so that false wins over what is unknown at plan",
      built: and(flag, not(flag)),
      expression: "${(var.flag ? !var.flag : false)}",
    },
    { name: "or is one, too", built: or(flag, not(flag)), expression: "${(var.flag ? true : !var.flag)}" },
  ])("$name", ({ built, expression }) => {
    expect(rendered(built)).toBe(expression);
  });
});

describe("references", () => {
  const list = Token.asList(to("aws_subnet.all.ids"));
  const map = Token.asStringMap(to("aws_vpc.mine.tags"));
  const count = Token.asNumber(to("aws_vpc.mine.size"));
  const mixed = `a "$x" \${b} ${reference.content as string}$`;

  test.each([
    { kind: "a text", content: reference.content },
    { kind: "a text that contains one", content: `prefix-${reference.content as string}` },
    { kind: "a number", content: count },
    { kind: "a list", content: list },
    { kind: "a map", content: map },
  ])("$kind is not known, but given", ({ content }) => {
    expect(known(content)).toBeUndefined();
    expect(Value.of(content).isGiven).toBe(true);
    expect(v.isReference(content)).toBe(true);
  });

  test.each([
    { kind: "a text", content: reference.content, inside: '${("x" == aws_vpc.mine.id)}' },
    { kind: "a number", content: count, inside: '${("x" == aws_vpc.mine.size)}' },
    { kind: "a list", content: list, inside: '${("x" == aws_subnet.all.ids)}' },
    { kind: "a map", content: map, inside: '${("x" == aws_vpc.mine.tags)}' },
    { kind: "a lazy text", content: Lazy.stringValue({ produce: () => 'a "b"' }), inside: '${("x" == "a \\"b\\"")}' },
    {
      kind: "a lazy reference",
      content: Lazy.stringValue({ produce: () => reference.content as string }),
      inside: '${("x" == aws_vpc.mine.id)}',
    },
    { kind: "a lazy list", content: Lazy.listValue({ produce: () => ["a"] }), inside: '${("x" == ["a"])}' },
  ])("$kind keeps its meaning inside an expression", ({ content, inside }) => {
    expect(rendered(eq("x", content as string))).toBe(inside);
  });

  test("a text or list that is a reference counts as set", () => {
    expect([isSet(reference), isSet(Value.of(list))].map((it) => known(it)?.content)).toEqual([true, true]);
  });

  test("only the reference in a text stays one, in an expression and placed alone", () => {
    const expression = '"a \\"$x\\" $${b} ${aws_vpc.mine.id}$"';
    expect(rendered(eq(mixed, "x"))).toBe(`\${(${expression} == "x")}`);
    expect(rendered({ text: mixed })).toEqual({ text: `\${${expression}}` });
  });

  test("a map may have one for a key", () => {
    const tags = { [reference.content as string]: "mine" };
    expect(rendered(tags)).toEqual({ "${aws_vpc.mine.id}": "mine" });
    expect(rendered(when<object>(flag, tags, {}))).toBe('${(var.flag ? { (aws_vpc.mine.id) = "mine" } : {})}');
  });
});

describe("known", () => {
  test("goes all the way down, through null and nested Values", () => {
    expect(known({ a: null, b: [Value.of(0), { c: Value.of("") }] })).toEqual({
      content: { a: null, b: [0, { c: "" }] },
    });
  });

  test.each([
    { where: "an item", content: [1, number] },
    { where: "a field", content: { a: { b: text } } },
    { where: "a nested Value", content: Value.of([Value.of(reference)]) },
  ])("$where that is unknown makes the whole unknown", ({ content }) => {
    expect(known<unknown>(content)).toBeUndefined();
  });

  test("has texts as Terraform keeps them: normalization form C, no lone surrogates", () => {
    expect(known(["e\u0301", "a\ud800b"])).toEqual({ content: ["\u00e9", "a\ufffdb"] });
  });
});

describe("conversions to what cdktf accepts", () => {
  test.each([
    { conversion: "str", placed: v.str("${a} %{b} $c"), json: "$${a} %%{b} $c" },
    { conversion: "num", placed: v.num(0), json: 0 },
    { conversion: "bool", placed: v.bool(false), json: false },
    { conversion: "list", placed: v.list(["${a}", ""]), json: ["$${a}", ""] },
    { conversion: "map", placed: v.map({ "${k}": "%{v}" }), json: { "$${k}": "%%{v}" } },
    { conversion: "any", placed: any({ a: [null, 0, false, "", "${b}"] }), json: { a: [null, 0, false, "", "$${b}"] } },
  ])("$conversion escapes literals", ({ placed, json }) => {
    expect(placed).toEqual(json);
  });

  test.each([
    { conversion: "str", placed: v.str(text), type: "string", json: "${var.text}" },
    { conversion: "num", placed: v.num(number), type: "number", json: "${var.number}" },
    { conversion: "bool", placed: v.bool(flag), type: "object", json: "${var.flag}" },
    { conversion: "list", placed: v.list(variable("list")), type: "object", json: "${var.list}" },
    { conversion: "map", placed: v.map(variable("map")), type: "object", json: "${var.map}" },
  ])("$conversion gives an expression the type that cdktf expects", ({ placed, type, json }) => {
    expect(typeof placed).toBe(type);
    expect(rendered(Value.of(placed))).toBe(json);
  });

  test("what is known of a map stays visible beside what is not", () => {
    expect(rendered(v.map({ Name: text, Kind: "ci" } as never))).toEqual({ Name: "${var.text}", Kind: "ci" });
  });

  test("escaping is undone by exactly one reading as a template", () => {
    const read = (template: string) => template.replace(/([$%])\1\{/g, "$1{");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("$", "%", "{", "}", "a") }), (any) => read(v.str(any)) === any),
    );
  });
});

describe("a Value is opaque", () => {
  test("using one as text is an error that says what to do instead", () => {
    expect(() => `a${text as unknown as string}`).toThrow(
      "a Value has no text: build one with text`…` or hand it to cdktf with str()",
    );
    expect(() => "a" + (Value.of("b") as unknown as string)).toThrow("a Value has no text");
  });

  test("the compiler refuses what would branch on one or take it for its content", () => {
    const uses = (name: v.Value<string>, size: v.Value<number>) => [
      // @ts-expect-error a Value is never its content
      () => name === "x",
      // @ts-expect-error nor ordered
      () => size > 1,
      // @ts-expect-error nor a number
      () => size * 2,
      // @ts-expect-error nor has it the members of its content
      () => typeof name.length,
      // @ts-expect-error nor can it be passed for its content
      () => name satisfies string,
      // @ts-expect-error Values of different types are not compared
      () => eq<string>(name, size),
      // @ts-expect-error nor is a Value of one type one of another
      () => name satisfies v.Value<number>,
    ];
    expect(uses(Value.of(""), Value.of(0))).toHaveLength(7);
  });
});

test("two copies of this package recognise each other's Values", () => {
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a second copy has to be loaded while the test runs
    const other = require("../../src/value/value") as typeof v;
    expect(other.Value).not.toBe(Value);
    expect(Value.is(other.Value.of(1))).toBe(true);
    expect(known(eq(other.Value.of("a") as never, "a"))).toEqual({ content: true });
    expect(rendered(when(flag, other.Value.expression("var.other") as never, "b"))).toBe(
      '${(var.flag ? var.other : "b")}',
    );
  });
});

test("what merely looks like a Value is none", () => {
  expect([null, undefined, "x", { content: 1, isKnown: true }].map((it) => Value.is(it))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
