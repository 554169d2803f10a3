import fc from "fast-check";
import { base64, base64gzip, jsonArray, jsonDocument } from "../../src/value/json";
import { known, Value } from "../../src/value/value";
import { rendered, variable } from "../harness/rendered";

const unknown = variable<string>("text");
const flag = variable<boolean>("flag");

describe("a known document is written as Terraform's jsonencode writes it", () => {
  test.each([
    {
      name: "keys in order, also those that look like numbers",
      document: { b: 1, "10": 2, "9": 3 },
      json: '{"10":2,"9":3,"b":1}',
    },
    { name: "nested keys", document: [{ b: { d: 1, c: 2 }, a: [] }], json: '[{"a":[],"b":{"c":2,"d":1}}]' },
    { name: "angle brackets and ampersands", document: "<a & b>", json: '"\\u003ca \\u0026 b\\u003e"' },
    { name: "line separators", document: "\u2028\u2029", json: '"\\u2028\\u2029"' },
    { name: "control characters", document: "\b\f\n\u0001", json: '"\\b\\f\\n\\u0001"' },
    {
      name: "numbers without exponent",
      document: [1e21, 1e-7, -0, 0.1],
      json: "[1000000000000000000000,0.0000001,0,0.1]",
    },
    { name: "null and false stay", document: { a: null, b: false }, json: '{"a":null,"b":false}' },
    { name: "what is undefined is left out", document: { a: undefined, b: "" }, json: '{"b":""}' },
    { name: "keys are escaped, too", document: { "<": 1 }, json: '{"\\u003c":1}' },
    { name: "Values inside of it", document: { a: Value.of(["x"]) }, json: '{"a":["x"]}' },
  ])("$name", ({ document, json }) => {
    expect(known(jsonDocument(document))).toEqual({ content: json });
  });

  test("and reads back as what it was", () => {
    const document = fc
      .jsonValue({ noUnicodeString: true, maxDepth: 3 })
      .map((any) => JSON.parse(JSON.stringify(any)) as unknown);
    fc.assert(
      fc.property(document, (any) => {
        expect(JSON.parse(known(jsonDocument(any))!.content)).toEqual(any);
      }),
    );
  });
});

test("a document with something unknown in it is left to Terraform as a whole", () => {
  expect(rendered(jsonDocument({ a: unknown, "b c": ["${x}", null], d: undefined }))).toBe(
    '${jsonencode({ "a" = var.text, "b c" = ["$${x}", null] })}',
  );
});

describe("an array whose items are there under a condition", () => {
  test("has those whose condition holds", () => {
    const array = jsonArray([
      { exists: true, document: "a" },
      { exists: false, document: unknown },
      { exists: Value.of(true), document: { b: 1 } },
    ]);
    expect(known(array)).toEqual({ content: '["a",{"b":1}]' });
  });

  test("joins what is decided at plan as texts, because its items have no common type", () => {
    const array = jsonArray([
      { exists: true, document: "a" },
      { exists: flag, document: { b: 1 } },
      { exists: false, document: "c" },
    ]);
    expect(rendered(array)).toBe('${"[${join(",", compact(["\\"a\\"", (var.flag ? "{\\"b\\":1}" : "")]))}]"}');
  });

  test("of nothing is empty", () => {
    expect(known(jsonArray([]))).toEqual({ content: "[]" });
  });
});

test.each([
  { text: "", encoded: "" },
  { text: "é€😀", encoded: "w6nigqzwn5iA" },
])("base64 of $text is that of its UTF-8", ({ text, encoded }) => {
  expect(known(base64(text))).toEqual({ content: encoded });
});

test("compressing is left to Terraform also where the text is known", () => {
  expect(rendered(base64gzip("a ${b}"))).toBe('${base64gzip("a $${b}")}');
});

test("base64 of what only Terraform knows is left to it", () => {
  expect(rendered(base64(unknown))).toBe("${base64encode(var.text)}");
});
