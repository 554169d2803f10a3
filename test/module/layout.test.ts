import { layout } from "../../src/module/layout";

const long = (name: string) => `length(${name.repeat(40)}) > 0`;

test.each([
  ["a comparison", "(a == b)", "a == b"],
  ["two groups side by side", "(a) == (b)", "(a) == (b)"],
  ["a conditional", '((a == "") ? true : (b > 1))', 'a == "" ? true : b > 1'],
  ["a conditional as last operand", "(a ? b : (c ? d : e))", "a ? b : c ? d : e"],
  ["a conditional as middle operand", "(a ? (b ? c : d) : e)", "a ? (b ? c : d) : e"],
  ["a conditional as test", "((a ? b : c) ? d : e)", "(a ? b : c) ? d : e"],
  [
    "marks inside of strings and brackets",
    '(f("? : (", [for x in y : x]) ? "a:?" : b)',
    'f("? : (", [for x in y : x]) ? "a:?" : b',
  ],
  ["quotes inside of an interpolation", '("${f("?")}" == a)', '"${f("?")}" == a'],
  ["a long expression that is no conditional", `(${long("a")})`, long("a")],
  [
    "a long conditional",
    `((${long("a")}) ? true : (${long("b")}))`,
    `(\n  ${long("a")}\n  ? true\n  : ${long("b")}\n)`,
  ],
  [
    "long conditionals inside of one another",
    `(${long("a")} ? (${long("b")} ? c : ${long("d")}) : (${long("e")} ? f : ${long("g")}))`,
    [
      "(",
      `  ${long("a")}`,
      "  ? (",
      `    ${long("b")}`,
      "    ? c",
      `    : ${long("d")}`,
      "  )",
      `  : ${long("e")}`,
      "  ? f",
      `  : ${long("g")}`,
      ")",
    ].join("\n"),
  ],
])("%s", (_, expression, laidOut) => {
  expect(layout(expression)).toBe(laidOut);
});
