import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Testing } from "cdktf";
import * as o from "../../src/value/optional";
import { type Operand, str, type Value } from "../../src/value/value";
import { rendered, variable } from "../harness/rendered";
import { PlainNames } from "../harness/twin";

const texts = variable<readonly string[]>("texts");
let stack: PlainNames;

beforeEach(() => {
  stack = new PlainNames(Testing.app(), "stack");
});

/** The only resource, undefined where there is none. */
function made(): unknown {
  const { resource } = JSON.parse(Testing.synth(stack)) as {
    resource?: { aws_security_group: { group: unknown } };
  };
  return resource?.aws_security_group.group;
}

describe("withCount", () => {
  const rule = (item: Value<string>) => new SecurityGroup(stack, "group", { name: str(item) });

  test("no resource for an empty list", () => {
    expect(o.withCount([], rule)).toBeUndefined();
    expect(made()).toBeUndefined();
  });

  test("one per item of a list whose length is known, although its items are not", () => {
    o.withCount(["a", variable<string>("b")] as never[], rule);
    expect(made()).toMatchObject({
      count: 2,
      name: '${element(["a", var.b], count.index)}',
    });
  });

  test("as many as Terraform finds", () => {
    o.withCount(texts, rule);
    expect(made()).toMatchObject({
      count: "${length(var.texts)}",
      name: "${element(var.texts, count.index)}",
    });
  });
});

describe("withForEach", () => {
  const group = (key: Value<string>) => new SecurityGroup(stack, "group", { name: str(key) });

  test("no resource for an empty list", () => {
    expect(o.withForEach([], group)).toBeUndefined();
  });

  test.each([
    { name: "a known list", keys: ["a", "${b}"], forEach: '${toset(["a", "$${b}"])}' },
    { name: "what Terraform finds", keys: texts, forEach: "${toset(var.texts)}" },
  ])("one per text of $name, addressed by it", ({ keys, forEach }) => {
    o.withForEach(keys, group);
    expect(made()).toMatchObject({ for_each: forEach, name: "${each.key}" });
  });
});

test.each([
  { name: "known", items: ["b", "a", "b"], map: { a: "a", b: "b" } },
  { name: "unknown", items: ["a", variable<string>("b")], map: { a: "a", '${"var.b"}': "${var.b}" } },
  { name: "Terraform's", items: texts, map: "${{ for item in toset(var.texts) : item => item }}" },
])("byThemselves: $name items are their own keys", ({ items, map }) => {
  expect(rendered(o.byThemselves(items))).toEqual(map);
});

test.each([
  { name: "a known map", map: { a: "${b}", c: texts }, forEach: { a: "$${b}", c: "${var.texts}" } },
  { name: "what Terraform finds", map: variable("map"), forEach: "${/* advice */ var.map}" },
])("withForEachEntry: one per entry of $name, addressed by its key; none for an empty map", ({ map, forEach }) => {
  const group = (content: Value<string>) => new SecurityGroup(stack, "group", { name: str(content) });
  expect(o.withForEachEntry({}, group, "advice")).toBeUndefined();
  o.withForEachEntry(map as Operand<Readonly<Record<string, string>>>, group, "advice");
  expect(made()).toMatchObject({ for_each: forEach, name: "${each.value}" });
});
