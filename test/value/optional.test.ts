import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { TerraformOutput, Testing } from "cdktf";
import * as o from "../../src/value/optional";
import { and, any, known, type Operand, Value } from "../../src/value/value";
import { variable } from "../harness/rendered";
import { PlainNames } from "../harness/twin";

const flag = variable<boolean>("flag");
const texts = variable<readonly string[]>("texts");
let stack: PlainNames;

beforeEach(() => {
  stack = new PlainNames(Testing.app(), "stack");
});

function synthesized(): object {
  return JSON.parse(Testing.synth(stack)) as object;
}

/** What lies at a path in the synthesized configuration, such as resource.aws_vpc.vpc. */
function at(path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((json, key) => (json as Readonly<Record<string, unknown>>)[key], synthesized());
}

function output(value: unknown): void {
  new TerraformOutput(stack, "it", { value: any(value) });
}

function optionalVpc(exists: Operand<boolean>) {
  return o.optional(exists, (one) => one(new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" })));
}

describe("optional", () => {
  test("known true: plain resources, referred to without an index", () => {
    output(optionalVpc(true).pick((vpc) => vpc.id, "none"));
    expect(synthesized()).toMatchObject({
      resource: { aws_vpc: { vpc: { cidr_block: "10.0.0.0/16" } } },
      output: { it: { value: "${aws_vpc.vpc.id}" } },
    });
    expect(at("resource.aws_vpc.vpc")).not.toHaveProperty("count");
  });

  test("known false: no resource, and nothing of it is even made", () => {
    const make = jest.fn();
    const none = o.optional(false, make);
    output(none.pick(() => "made", "none"));
    expect(make).not.toHaveBeenCalled();
    expect(none.made).toBeUndefined();
    expect(synthesized()).not.toHaveProperty("resource");
    expect(at("output.it.value")).toBe("none");
  });

  test("decided at plan: a counted resource, referred to by its first instance where it exists", () => {
    output(optionalVpc(flag).pick((vpc) => vpc.id, "none"));
    expect(at("resource.aws_vpc.vpc.count")).toBe("${(var.flag ? 1 : 0)}");
    expect(at("output.it.value")).toBe('${(var.flag ? aws_vpc.vpc[0].id : "none")}');
  });

  test.each([
    { kind: "a text", read: (vpc: Vpc) => vpc.arn as unknown, reference: "aws_vpc.vpc[0].arn" },
    { kind: "a number", read: (vpc: Vpc) => vpc.ipv6NetmaskLength, reference: "aws_vpc.vpc[0].ipv6_netmask_length" },
    { kind: "a flag", read: (vpc: Vpc) => vpc.enableDnsSupport, reference: "aws_vpc.vpc[0].enable_dns_support" },
    { kind: "a map", read: (vpc: Vpc) => vpc.tags, reference: "aws_vpc.vpc[0].tags" },
  ])("the first instance's attribute may be $kind", ({ read, reference }) => {
    const found = optionalVpc(flag);
    output(found.pick(read, null));
    expect(at("output.it.value")).toBe(`\${(var.flag ? ${reference} : null)}`);
  });

  test("a data source is counted and referred to alike", () => {
    const found = o.optional(flag, (one) => one(new DataAwsSsmParameter(stack, "ami", { name: "/ci/image" })));
    output(found.pick((parameter) => parameter.insecureValue, ""));
    expect(at("data.aws_ssm_parameter.ami.count")).toBe("${(var.flag ? 1 : 0)}");
    expect(at("output.it.value")).toBe('${(var.flag ? data.aws_ssm_parameter.ami[0].insecure_value : "")}');
  });

  test("resources of one group refer to each other's first instance", () => {
    o.optional(flag, (one) => {
      const vpc = one(new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" }));
      one(new SecurityGroup(stack, "group", { vpcId: vpc.id }));
    });
    expect(at("resource.aws_security_group.group")).toMatchObject({
      vpc_id: "${aws_vpc.vpc[0].id}",
      count: "${(var.flag ? 1 : 0)}",
    });
  });

  test("a group inside a group exists under both conditions", () => {
    const inner = variable<boolean>("inner");
    o.optional(flag, (one) => {
      const vpc = one(new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" }));
      o.optional(and(flag, inner), (nested) => nested(new SecurityGroup(stack, "group", { vpcId: vpc.id })));
    });
    expect(at("resource.aws_security_group.group")).toMatchObject({
      count: "${((var.flag ? var.inner : false) ? 1 : 0)}",
      vpc_id: "${aws_vpc.vpc[0].id}",
    });
  });

  test("the resource itself stays what it was: its own attributes have no index, arguments can still be set", () => {
    const vpc = new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" });
    o.optional(flag, (one) => {
      one(vpc).cidrBlock = "10.1.0.0/16";
      output(vpc.id);
    });
    expect(at("resource.aws_vpc.vpc.cidr_block")).toBe("10.1.0.0/16");
    expect(at("output.it.value")).toBe("${aws_vpc.vpc.id}");
  });
});

describe("nested blocks", () => {
  let group: SecurityGroup;
  beforeEach(() => {
    group = new SecurityGroup(stack, "group", {});
  });
  const block = () => at("resource.aws_security_group.group");

  test.each([
    { name: "true: a plain block", exists: true, expected: { timeouts: [{ create: "5m" }] } },
    { name: "false: none", exists: false, expected: {} },
    {
      name: "decided at plan: a dynamic one",
      exists: flag,
      expected: { dynamic: { timeouts: { for_each: "${(var.flag ? [1] : [])}", content: { create: "5m" } } } },
    },
  ])("optionalBlock, $name", ({ exists, expected }) => {
    o.optionalBlock(group, "timeouts", exists, { create: "5m" });
    expect(block()).toEqual(expected);
  });

  test("blocks: one per known item, whose parts may be unknown", () => {
    o.blocks(group, "outer.tag", ["a", "${b}"], (item) => ({ key: item, value: flag }));
    expect(block()).toEqual({
      outer: {
        tag: [
          { key: "a", value: "${var.flag}" },
          { key: "$${b}", value: "${var.flag}" },
        ],
      },
    });
  });

  test("blocks: none for an empty list", () => {
    o.blocks(group, "tag", [], () => ({}));
    expect(block()).toEqual({});
  });

  test("blocks: a dynamic one at the same place for what Terraform finds", () => {
    o.blocks(group, "outer.tag", texts, (item) => ({ key: item }));
    expect(block()).toEqual({
      outer: { dynamic: { tag: { for_each: "${var.texts}", content: { key: "${tag.value}" } } } },
    });
  });
});

describe("orNull", () => {
  test.each([
    { name: "an empty text leaves the argument out", operand: "", name_: undefined },
    { name: "a text stays, escaped", operand: "${a}", name_: "$${a}" },
    {
      name: "what Terraform knows is null where it is empty",
      operand: variable<string>("text"),
      name_: '${((var.text != "") ? var.text : null)}',
    },
  ])("$name", ({ operand, name_ }) => {
    new SecurityGroup(stack, "group", { name: o.orNull(operand) });
    expect(at("resource.aws_security_group.group.name")).toBe(name_);
  });

  test("a reference was given, so it is not asked whether it is empty", () => {
    const vpc = new Vpc(stack, "vpc", {});
    new SecurityGroup(stack, "group", { vpcId: o.orNull(Value.of(vpc.id)) });
    expect(at("resource.aws_security_group.group.vpc_id")).toBe("${aws_vpc.vpc.id}");
  });
});

describe("localValue", () => {
  test("an expression becomes a local of that name", () => {
    output(o.localValue(stack, "creates_vpc", flag));
    expect(synthesized()).toMatchObject({
      locals: { creates_vpc: "${var.flag}" },
      output: { it: { value: "${local.creates_vpc}" } },
    });
  });

  test("a known value becomes none", () => {
    expect(known(o.localValue(stack, "creates_vpc", Value.of(false)))).toEqual({ content: false });
    expect(synthesized()).not.toHaveProperty("locals");
  });
});

test("address names an attribute for the arguments that take no expressions", () => {
  expect(o.address(new Vpc(stack, "vpc", {}), "arn")).toBe("aws_vpc.vpc.arn");
});
