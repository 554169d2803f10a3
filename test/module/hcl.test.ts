import { attribute, block, fromJson, literal, render } from "../../src/module/hcl";

describe("a literal", () => {
  test.each([
    ["a text", "plain", '"plain"'],
    ["no text", "", '""'],
    ["quotes and backslashes", 'a "b" \\c', '"a \\"b\\" \\\\c"'],
    ["line breaks and tabs", "a\nb\r\tc", '"a\\nb\\r\\tc"'],
    ["the beginning of an interpolation", "${a}", '"$${a}"'],
    ["the beginning of a directive", "%{if a}", '"%%{if a}"'],
    ["dollars and percents by themselves", "$5 100% $", '"$5 100% $"'],
    ["letters beyond ASCII", "naïve 日本 😀", '"naïve 日本 😀"'],
    ["control characters", "\u0001\b\f", '"\\u0001\\u0008\\u000c"'],
    ["zero", 0, "0"],
    ["a fraction", 0.5, "0.5"],
    ["false", false, "false"],
    ["nothing", null, "null"],
    ["an empty list", [], "[]"],
    ["a list", ["a", 1, true], '["a", 1, true]'],
    ["a list of lists", [["a"], []], '[["a"], []]'],
    ["an empty map", {}, "{}"],
    ["a map, its equals signs in one column", { a: 1, long: "b" }, '{\n  a    = 1\n  long = "b"\n}'],
    [
      "keys that are no names",
      { "a b": 1, "7": 2, for: 3, "${x}": 4 },
      '{\n  "7"     = 2\n  "a b"   = 1\n  "for"   = 3\n  "$${x}" = 4\n}',
    ],
    ["a map in a map", { a: 1, b: { c: 2 }, dd: 3 }, "{\n  a = 1\n  b = {\n    c = 2\n  }\n  dd = 3\n}"],
    ["maps in a list", [{ a: 1 }, {}], "[\n  {\n    a = 1\n  },\n  {},\n]"],
  ])("of %s", (_, value, source) => {
    expect(literal(value)).toBe(source);
  });
});

describe("a text of the JSON syntax", () => {
  test.each([
    ["that is an expression loses its frame", "${var.a}", "var.a"],
    ["that is an expression loses needless parentheses", "${((var.a == 1))}", "var.a == 1"],
    ["with escaped quotes inside of a string", '${f("\\"}")} b', '"${f("\\"}")} b"'],
    ["that is a quoted template stays one", '${"a ${jsonencode(var.a)} b"}', '"a ${jsonencode(var.a)} b"'],
    ["without interpolation is quoted", 'say "a"\n', '"say \\"a\\"\\n"'],
    ["with an interpolation keeps it", 'a "${join("}", ["{"])}" b', '"a \\"${join("}", ["{"])}\\" b"'],
    ["with two interpolations is a template", "${a}${b}", '"${a}${b}"'],
    ["keeps an escaped interpolation escaped", "a $${b} %%{c}", '"a $${b} %%{c}"'],
    ["keeps letters beyond ASCII", "😀 é", '"😀 é"'],
  ])("%s", (_, json, source) => {
    expect(fromJson(json)).toBe(source);
  });

  test("that ends too early is refused", () => {
    expect(() => fromJson("a ${b")).toThrow("a bracket is not closed");
    expect(() => fromJson('a ${"b}')).toThrow("a string has no end");
  });
});

describe("a block", () => {
  test("has its attributes in columns and its blocks apart", () => {
    const inner = block("validation", [], [attribute("condition", true), attribute("error_message", "no")]);
    const outer = block("variable", ["a"], [attribute("type", "b"), attribute("nullable", false), inner, inner]);
    expect(render(outer).split("\n")).toEqual([
      'variable "a" {',
      '  type     = "b"',
      "  nullable = false",
      "",
      "  validation {",
      "    condition     = true",
      '    error_message = "no"',
      "  }",
      "",
      "  validation {",
      "    condition     = true",
      '    error_message = "no"',
      "  }",
      "}",
    ]);
  });

  test("gives a value of several lines a column of its own", () => {
    expect(render(block("a", [], [attribute("long", 1), attribute("b", { c: 1 }), attribute("d", 2)]))).toBe(
      "a {\n  long = 1\n  b = {\n    c = 1\n  }\n  d = 2\n}",
    );
  });

  test("without a body stays on its line", () => {
    expect(render(block("a", ["b"], []))).toBe('a "b" {}');
  });
});
