import fc from "fast-check";
import * as t from "../../src/value/text";
import { eq, known, Value } from "../../src/value/value";
import { rendered, variable } from "../harness/rendered";

const unknown = variable<string>("text");
const number = variable<number>("number");

describe("operators on known texts come to their result", () => {
  test.each([
    { name: "a text of known pieces", folded: t.text`arn:${"aws"}:${Value.of("s3")}`, result: "arn:aws:s3" },
    { name: "a text without operands", folded: t.text``, result: "" },
    { name: "lower", folded: t.lower("ABC-É"), result: "abc-é" },
    { name: "lower letter by letter, as Terraform does", folded: t.lower("ΑΣ İ"), result: "ας i".replace("ς", "σ") },
    { name: "upper", folded: t.upper("abc-é"), result: "ABC-É" },
    { name: "upper letter by letter, as Terraform does", folded: t.upper("ß ᾳ ŉ ﬁ"), result: "ß ᾼ ŉ ﬁ" },
    { name: "startsWith nothing", folded: t.startsWith("abc", ""), result: true },
    { name: "startsWith something longer", folded: t.startsWith("a", "ab"), result: false },
    { name: "trimPrefix", folded: t.trimPrefix("PT15M", "PT"), result: "15M" },
    { name: "withoutPrefix that is not there", folded: t.trimPrefix("15M", "PT"), result: "15M" },
    { name: "withoutPrefix takes it off once", folded: t.trimPrefix("aab", "a"), result: "ab" },
    { name: "firstPart", folded: t.firstPart("/", "bucket/a/b"), result: "bucket" },
    { name: "firstPart of a text without separator", folded: t.firstPart("/", "bucket"), result: "bucket" },
    { name: "firstPart of nothing", folded: t.firstPart("/", ""), result: "" },
    { name: "lastPart", folded: t.lastPart("/", "role/team/ci"), result: "ci" },
    { name: "lastPart of a text without separator", folded: t.lastPart("/", "ci"), result: "ci" },
    { name: "lastPart of nothing", folded: t.lastPart("/", ""), result: "" },
    { name: "length of nothing", folded: t.length(""), result: 0 },
    { name: "length counts what readers call characters", folded: t.length("e\u0301👨‍👩‍👧"), result: 2 },
    { name: "length of a list with unknown items", folded: t.length([unknown] as never[]), result: 1 },
    { name: "matches", folded: t.matches(/^a$/, "a"), result: true },
    { name: "matches counts code points, not halves of them", folded: t.matches(/^[^,]$/, "😀"), result: true },
    { name: "matches does not see line ends", folded: t.matches(/^a$/, "a\nb"), result: false },
    { name: "toText of false", folded: t.toText(false), result: "false" },
    { name: "toText of zero", folded: t.toText(0), result: "0" },
    { name: "toText of negative zero", folded: t.toText(-0), result: "0" },
    { name: "toText of a large number", folded: t.toText(1e21), result: "1000000000000000000000" },
    { name: "toText of a small number", folded: t.toText(1.5e-7), result: "0.00000015" },
    { name: "toText of a tenth", folded: t.toText(0.1), result: "0.1" },
    { name: "firstCharacters", folded: t.firstCharacters(2, "e\u0301👨‍👩‍👧x"), result: "é👨‍👩‍👧" },
    { name: "firstCharacters of a shorter text", folded: t.firstCharacters(2, "a"), result: "a" },
    { name: "shortHash", folded: t.shortHash(8, ""), result: "e3b0c442" },
  ])("$name", ({ folded, result }) => {
    expect(known<unknown>(folded)).toEqual({ content: result });
  });
});

describe("operators on what only Terraform knows become expressions", () => {
  test.each([
    { name: "text", built: t.text`a/${unknown}/b`, expression: '${"a/${var.text}/b"}' },
    { name: "a text that is nothing but an operand", built: t.text`${unknown}`, expression: "${var.text}" },
    {
      name: "a text inside a text is laid out flat",
      built: t.text`<${t.text`a${unknown}`}${"b"}>`,
      expression: '${"<a${var.text}b>"}',
    },
    { name: "a dollar before an operand", built: t.text`$${unknown}%`, expression: '${"\\u0024${var.text}%"}' },
    { name: "a dollar before a known brace", built: t.text`${unknown}$${"{x}"}`, expression: '${"${var.text}$${x}"}' },
    {
      name: "template directives",
      built: t.text`${unknown}%{ if x }%%{`,
      expression: '${"${var.text}%%{ if x }%%%{"}',
    },
    {
      name: "quotes, backslashes and line ends",
      built: t.text`"\\b ${unknown}\b\f\n`,
      expression: '${"\\"\\\\b ${var.text}\\u0008\\u000c\\n"}',
    },
    {
      name: "a choice inside a text",
      built: t.text`${t.toText(eq(unknown, ""))}!`,
      expression: '${"${tostring((var.text == ""))}!"}',
    },
    { name: "lower", built: t.lower(unknown), expression: "${lower(var.text)}" },
    { name: "upper", built: t.upper(unknown), expression: "${upper(var.text)}" },
    { name: "startsWith", built: t.startsWith(unknown, "${"), expression: '${startswith(var.text, "$${")}' },
    { name: "trimPrefix", built: t.trimPrefix(unknown, "PT"), expression: '${trimprefix(var.text, "PT")}' },
    { name: "firstPart", built: t.firstPart("/", unknown), expression: '${split("/", var.text)[0]}' },
    { name: "lastPart", built: t.lastPart("/", unknown), expression: '${reverse(split("/", var.text))[0]}' },
    { name: "length", built: t.length(unknown), expression: "${length(var.text)}" },
    {
      name: "matches",
      built: t.matches(/^\d+\.[a-z]$/, unknown),
      expression: '${can(regex("^\\\\d+\\\\.[a-z]$", var.text))}',
    },
    { name: "toText", built: t.toText(number), expression: "${tostring(var.number)}" },
    { name: "firstCharacters", built: t.firstCharacters(8, unknown), expression: "${substr(var.text, 0, 8)}" },
    { name: "shortHash", built: t.shortHash(8, unknown), expression: "${substr(sha256(var.text), 0, 8)}" },
  ])("$name", ({ built, expression }) => {
    expect(rendered(built)).toBe(expression);
  });
});

test("a pattern with flags is refused: Terraform reads only its source", () => {
  expect(() => t.matches(/a/i, "A")).toThrow("a pattern that Terraform also reads has no flags: /a/i");
});

/** What Terraform's language makes of a quoted text without operands. */
function read(template: string): string {
  const json = template.replace(/([$%])\1\{/g, "$1{");
  return JSON.parse(json) as string;
}

test("every literal between operands survives quoting", () => {
  const unit = fc.constantFrom("$", "%", "{", "}", '"', "\\", "b", "f", "\b", "\f", "\n", "é", "😀");
  fc.assert(
    fc.property(fc.string({ unit }), (literal) => {
      const expression = rendered(t.text`${unknown}${literal}${unknown}`) as string;
      const between = expression.slice('${"${var.text}'.length, -'${var.text}"}'.length);
      return literal === "" || read(`"${between}"`) === literal;
    }),
  );
});

test("numbers are written so that they read back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (any) => {
      const written = t.decimal(any);
      return Number(written) === any && !/e/i.test(written);
    }),
  );
});
