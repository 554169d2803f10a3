import { TerraformOutput, TerraformStack, Testing, Token } from "cdktf";
import * as cidr from "../../../src/value/cidr";
import * as json from "../../../src/value/json";
import * as list from "../../../src/value/list";
import * as text from "../../../src/value/text";
import * as value from "../../../src/value/value";
import { recipes } from "../../harness/random-expressions";
import { type Leaf } from "../../harness/random-leaves";
import { Workspace } from "../../harness/terraform";

const { any, known, Value } = value;
const drawn = recipes(20260801, 600);

/** What an expression's leaves are to the algebra, and so how much of it is left to Terraform. */
const ways = ["contents", "variables", "some of each", "references"] as const;
type Way = (typeof ways)[number];

/** Leaves that are left to Terraform: one variable for each content. */
class Leaves {
  readonly types: Record<string, { readonly type: string }> = {};
  readonly contents: Record<string, unknown> = {};
  private readonly names = new Map<string, string>();

  make(way: Way, leaf: Leaf): value.Value<never> {
    if (way === "contents" || (way === "some of each" && leaf.isKnown)) return Value.of(leaf.content as never);
    const variable = Value.expression<never>(`var.${this.nameOf(leaf)}`);
    return way === "references" && isSomething(leaf.content) ? asReference(leaf, variable) : variable;
  }

  private nameOf({ type, content }: Leaf): string {
    const id = `${type} ${JSON.stringify(content)}`;
    const name = this.names.get(id) ?? `x${this.names.size}`;
    this.names.set(id, name);
    this.types[name] = { type };
    this.contents[name] = content;
    return name;
  }
}

/** A reference counts as set, so an empty text must not come as one. */
function isSomething(content: unknown): boolean {
  return content !== "" && !(Array.isArray(content) && content.length === 0);
}

function asReference({ type }: Leaf, variable: value.Value<never>): value.Value<never> {
  const token = any(variable);
  const encode: Readonly<Record<Leaf["type"], () => unknown>> = {
    string: () => Token.asString(token),
    number: () => Token.asNumber(token),
    bool: () => token,
    "list(string)": () => Token.asList(token),
    "map(string)": () => Token.asStringMap(token),
  };
  return Value.of(encode[type]() as never);
}

const leaves = new Leaves();
const expected = drawn.map(({ make }) => known(make((leaf) => leaves.make("contents", leaf)))!.content);
let expressions: Record<string, { readonly value: Record<Way, unknown> }>;
let evaluated: Record<string, Record<Way, unknown>>;

beforeAll(async () => {
  const stack = new TerraformStack(Testing.app(), "expressions");
  drawn.forEach(({ make }, i) => {
    const built = (way: Way) => any(make((leaf) => leaves.make(way, leaf)));
    new TerraformOutput(stack, `expression${i}`, { value: Object.fromEntries(ways.map((way) => [way, built(way)])) });
  });
  const synthesized = Testing.synth(stack);
  expressions = (JSON.parse(synthesized) as { output: typeof expressions }).output;
  const workspace = await Workspace.create();
  try {
    workspace.write("main.tf.json", synthesized);
    workspace.write("variables.tf.json", { variable: leaves.types });
    workspace.variables(leaves.contents);
    evaluated = (await workspace.apply()) as typeof evaluated;
  } finally {
    workspace.remove();
  }
});

test.each(ways)("with %s for leaves, Terraform comes to the result that folding has", (way) => {
  const results = drawn.map((_, i) => evaluated[`expression${i}`]![way]);
  const wrong = results.flatMap((terraform, i) =>
    JSON.stringify(terraform) === canonical(expected[i])
      ? []
      : [
          {
            i,
            uses: [...drawn[i]!.uses].join(" "),
            terraform,
            folded: expected[i],
            expression: expressions[`expression${i}`]!.value[way],
          },
        ],
  );
  expect(wrong).toEqual([]);
});

/** As Terraform's outputs are written: the keys of maps in order. */
function canonical(content: unknown): string {
  return JSON.stringify(JSON.parse(known(json.jsonDocument(content))!.content));
}

test("no operator is left out", () => {
  const plumbing = ["Value", "value", "known", "fold", "at", "isReference", "str", "num", "bool", "list", "map", "any"];
  const internal = ["sortedEntries", "decimal"];
  const neverFolded = ["base64gzip"];
  const operators = Object.keys({ ...cidr, ...json, ...list, ...text, ...value });
  const used = new Set(drawn.flatMap(({ uses }) => [...uses]));
  expect(operators.filter((name) => ![...plumbing, ...internal].includes(name) && !used.has(name))).toEqual(
    neverFolded,
  );
});
