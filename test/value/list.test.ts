import * as l from "../../src/value/list";
import { text } from "../../src/value/text";
import { eq, gt, known, not, Value, when } from "../../src/value/value";
import { rendered, variable } from "../harness/rendered";

type Texts = readonly string[];
type TextMap = Readonly<Record<string, string>>;

const joined = variable<string>("text");
const list = variable<Texts>("list");
const map = variable<TextMap>("map");
const flag = variable<boolean>("flag");
const index = variable<number>("index");

describe("operators on known lists and maps come to their result", () => {
  test.each([
    { name: "join of nothing", folded: l.join(",", []), result: "" },
    { name: "splitTrimmed", folded: l.splitTrimmed(",", " a, b ,,c"), result: ["a", "b", "", "c"] },
    { name: "splitTrimmed of a blank text has no items", folded: l.splitTrimmed(",", " \n"), result: [] },
    {
      name: "splitTrimmed trims what Terraform takes for a blank",
      folded: l.splitTrimmed(",", "\u0085a\u00a0,\ufeffb"),
      result: ["a", "\ufeffb"],
    },
    {
      name: "mapItems",
      folded: l.mapItems<string, string>(["a", ""], (item) => text`<${item}>`),
      result: ["<a>", "<>"],
    },
    { name: "every of nothing", folded: l.every<string>([], () => false), result: true },
    { name: "some of nothing", folded: l.some<string>([], () => true), result: false },
    { name: "every", folded: l.every(["a", "b"], (item) => eq(item, "a")), result: false },
    { name: "some", folded: l.some(["a", "b"], (item) => eq(item, "b")), result: true },
    { name: "filterItems", folded: l.filterItems(["a", "b"], (item) => not(eq(item, "a"))), result: ["b"] },
    { name: "concat", folded: l.concat(["a"], ["b", "a"]), result: ["a", "b", "a"] },
    { name: "concat of nothing", folded: l.concat<string>([], []), result: [] },
    { name: "contains", folded: l.contains([0, 1], 0), result: true },
    { name: "contains of nothing", folded: l.contains<string>([], ""), result: false },
    { name: "distinct keeps the first of each", folded: l.distinct(["b", "a", "b"]), result: ["b", "a"] },
    { name: "itemAt", folded: l.itemAt(["a", "b"], 1), result: "b" },
    { name: "itemAt goes on from the beginning, as in Terraform", folded: l.itemAt(["a", "b"], 5), result: "b" },
    {
      name: "itemAt of a list whose other items are unknown",
      folded: l.itemAt([joined, "b"] as Texts, 1),
      result: "b",
    },
    { name: "keys are in order", folded: l.keys({ b: 1, a: 2, "10": 3, "9": 4 }), result: ["10", "9", "a", "b"] },
    {
      name: "keys are in the order of their bytes",
      folded: l.keys({ "\ufffd": 1, "😀": 2 }),
      result: ["\ufffd", "😀"],
    },
    {
      name: "values are in the order of their keys",
      folded: l.values({ b: "1", "10": "2", "9": "3" }),
      result: ["2", "3", "1"],
    },
    {
      name: "entries, too",
      folded: l.entries({ b: "1", "9": "2" }),
      result: [
        { key: "9", value: "2" },
        { key: "b", value: "1" },
      ],
    },
    { name: "field", folded: l.field({ a: 0 }, "a"), result: 0 },
    { name: "lookup", folded: l.lookup({ a: "" }, "a", "else"), result: "" },
    { name: "lookup of a missing key", folded: l.lookup<string>({}, "a", "else"), result: "else" },
    {
      name: "lookup of a key that every object inherits",
      folded: l.lookup<string>({}, "constructor", "else"),
      result: "else",
    },
    { name: "lookup of __proto__", folded: l.lookup<string>({}, "__proto__", "else"), result: "else" },
    { name: "merge: the later wins", folded: l.merge({ a: "1", b: "1" }, { b: "2" }), result: { a: "1", b: "2" } },
    { name: "merge of nothing", folded: l.merge<string>(), result: {} },
    { name: "entry", folded: l.entry("k", 0), result: { k: 0 } },
    { name: "mapIf true", folded: l.mapIf(true, Value.of({ a: "1" })), result: { a: "1" } },
    { name: "mapIf false", folded: l.mapIf(false, map), result: {} },
    { name: "keyValuePairs", folded: l.keyValuePairs("a=1, b=x=y ,none,=1,c="), result: { a: "1", b: "x=y", c: "" } },
    { name: "pairs: the later wins", folded: l.keyValuePairs("a=1,a=2"), result: { a: "2" } },
    { name: "pairs of nothing", folded: l.keyValuePairs(""), result: {} },
  ])("$name", ({ folded, result }) => {
    expect(known<unknown>(folded)).toEqual({ content: result });
  });

  test("a key named __proto__ is a key like any other", () => {
    const merged = l.merge(l.entry("__proto__", "1"), l.entry("a", "2"));
    expect(known(l.keys(merged))).toEqual({ content: ["__proto__", "a"] });
    expect(known(l.lookup<string>(merged, "__proto__", "else"))).toEqual({ content: "1" });
  });

  test("an empty list has no item to take", () => {
    expect(() => l.itemAt<string>([], 0)).toThrow("an empty list has no items");
  });
});

describe("operators on what only Terraform knows become expressions", () => {
  test.each([
    { name: "join", built: l.join(",", list), expression: '${join(",", var.list)}' },
    {
      name: "join of a list with one unknown item",
      built: l.join(",", ["a", joined] as Texts),
      expression: '${join(",", ["a", var.text])}',
    },
    {
      name: "splitTrimmed",
      built: l.splitTrimmed(",", joined),
      expression: '${[for part in split(",", var.text) : trimspace(part) if trimspace(var.text) != ""]}',
    },
    {
      name: "mapItems",
      built: l.mapItems(list, (item) => text`<${item}>`),
      expression: '${[for item in var.list : "<${item}>"]}',
    },
    {
      name: "mapItems of a known list is a list of expressions",
      built: l.mapItems<string, string>(["a"], (item) => text`${item}${joined}`),
      expression: ['${"a${var.text}"}'],
    },
    {
      name: "every",
      built: l.every(list, (item) => eq(item, "")),
      expression: '${alltrue([for item in var.list : (item == "")])}',
    },
    {
      name: "some",
      built: l.some(list, (item) => eq(item, "")),
      expression: '${anytrue([for item in var.list : (item == "")])}',
    },
    {
      name: "filterItems",
      built: l.filterItems(list, (item) => eq(item, "")),
      expression: '${[for item in var.list : item if((item == ""))]}',
    },
    {
      name: "keepItems of a known list",
      built: l.filterItems<string>(["a"], () => flag),
      expression: '${[for item in ["a"] : item if(var.flag)]}',
    },
    { name: "concat", built: l.concat<string>(["a"], list), expression: '${concat(["a"], var.list)}' },
    {
      name: "concat of known lists is a list of what is in them",
      built: l.concat<string>(["a"], [joined]),
      expression: ["a", "${var.text}"],
    },
    { name: "contains", built: l.contains(["a", '"'], joined), expression: '${contains(["a", "\\""], var.text)}' },
    { name: "distinct", built: l.distinct(list), expression: "${distinct(var.list)}" },
    { name: "itemAt", built: l.itemAt(list, 0), expression: "${element(var.list, 0)}" },
    { name: "itemAt of a known list", built: l.itemAt(["a"], index), expression: '${element(["a"], var.index)}' },
    { name: "keys", built: l.keys(map), expression: "${keys(var.map)}" },
    { name: "values", built: l.values(map), expression: "${values(var.map)}" },
    {
      name: "entries",
      built: l.entries(map),
      expression: "${[for key, content in var.map : {key = key, value = content}]}",
    },
    { name: "field", built: l.field(variable<{ a: string }>("object"), "a"), expression: "${var.object.a}" },
    { name: "lookup", built: l.lookup<string>(map, "a", ""), expression: '${lookup(var.map, "a", "")}' },
    {
      name: "lookup in a known map",
      built: l.lookup({ "a/b": "1" }, joined, "2"),
      expression: '${lookup({ "a/b" = "1" }, var.text, "2")}',
    },
    { name: "merge", built: l.merge(map, { a: "1" }), expression: '${merge(var.map, { "a" = "1" })}' },
    {
      name: "merge of known maps keeps their shape",
      built: l.merge({ a: joined }, { b: "1" }),
      expression: { a: "${var.text}", b: "1" },
    },
    { name: "entry", built: l.entry(joined, "1"), expression: '${{ (var.text) = "1" }}' },
    {
      name: "mapIf",
      built: l.mapIf(flag, Value.of({ a: "1" })),
      expression: '${{ for key, content in { "a" = "1" } : key => content if var.flag }}',
    },
  ])("$name", ({ built, expression }) => {
    expect(rendered(built)).toEqual(expression);
  });
});

test("the variables of nested loops have different names", () => {
  const nested = l.every(list, (outer) => l.some(variable<Texts>("others"), (inner) => eq(outer, inner)));
  expect(rendered(nested)).toBe(
    "${alltrue([for item in var.list : anytrue([for item_2 in var.others : (item == item_2)])])}",
  );
});

test("loops side by side after a failed one use the plain name again", () => {
  const fails = () =>
    l.every(list, () => {
      throw new Error("on purpose");
    });
  expect(fails).toThrow("on purpose");
  expect(rendered(l.some(list, (item) => gt(1, when(eq(item, ""), 1, 0))))).toContain("for item in");
});

test.each([
  { name: "mapItems", built: l.mapItems<string, string>(["a"], (item) => item) },
  { name: "filterItems", built: l.filterItems(["a"], (item) => eq(item, "a")) },
])("$name of a known list stays known", ({ built }) => {
  expect(known(built)).toEqual({ content: ["a"] });
});
