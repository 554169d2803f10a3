import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { TerraformStack, Testing } from "cdktf";
import { fromVariables } from "../../../src/schema/from-variables";
import { allowed, refused } from "../../elastic-ci-stack/inputs/cases";
import { Workspace } from "../../harness/terraform";

/** The variables alone: what Terraform refuses here costs no call to AWS. */
class Variables extends TerraformStack {
  protected override allocateLogicalId(element: Parameters<TerraformStack["getLogicalId"]>[0]): string {
    return "node" in element ? element.node.id : element.id;
  }
}

interface Variable {
  readonly type: string;
  readonly default: unknown;
  readonly validation?: readonly { readonly condition: string; readonly error_message: string }[];
  readonly [other: string]: unknown;
}

interface Case {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Every sentence that Terraform must say, and nothing else. */
  readonly problems: readonly RegExp[];
}

const cases: readonly Case[] = [
  ...refused.map(({ name, variables, problems }) => ({ name: `refused: ${name}`, variables, problems })),
  ...allowed.map(({ name, variables }) => ({ name: `allowed: ${name}`, variables, problems: [] })),
];

const variable = declared();
const workspaces: Workspace[] = [];

afterAll(() => {
  for (const workspace of workspaces) workspace.remove();
});

function declared(): Readonly<Record<string, Variable>> {
  const stack = new Variables(Testing.app(), "variables");
  fromVariables(stack, elasticCiStack.schema, []);
  return (JSON.parse(Testing.synth(stack)) as { variable: Record<string, Variable> }).variable;
}

async function newWorkspace(): Promise<Workspace> {
  const workspace = await Workspace.create();
  workspaces.push(workspace);
  return workspace;
}

/** What Terraform says to a case where it leaves out a sentence that it must say, or says another. */
function deviations({ name, problems }: Case, said: readonly string[]): readonly string[] {
  const isMissing = problems.some((problem) => !said.some((sentence) => problem.test(sentence)));
  const isOther = said.some((sentence) => !problems.some((problem) => problem.test(sentence)));
  return isMissing || isOther ? [`${name}: ${said.join(" | ") || "no error"}`] : [];
}

const [RECORD, FIELD] = ["\u001e", "\u001f"];

/**
 * The conditions and messages of all validations, as they are, in one template over all cases: each case stands in it for
 * `var`. So Terraform judges everything in one run, where a refusal would end that run.
 */
function template(): string {
  const validations = Object.values(variable).flatMap(({ validation = [] }) => validation);
  const judged = validations.map(({ condition, error_message: message }) => {
    const [, expression] = /^\$\{(.*)\}$/s.exec(condition)!;
    return `%{ if !(${expression!}) }${FIELD}${message}%{ endif }`;
  });
  return `%{ for name, var in cases }${RECORD}\${name}${judged.join("")}%{ endfor }`;
}

/** What is left out of a case takes the variable's default, and what is given is made the variable's type, as always. */
function typeOfCases(): string {
  const attributes = Object.entries(variable).map(
    ([name, { type, default: content }]) => `${name} = optional(${type}, ${JSON.stringify(content)})`,
  );
  return `map(object({${attributes.join(", ")}}))`;
}

/** What Terraform says to each case. */
async function judgements(): Promise<readonly (readonly string[])[]> {
  const workspace = await newWorkspace();
  workspace.write("judging.tftpl", template());
  workspace.write("main.tf.json", {
    variable: { cases: { type: typeOfCases() } },
    output: { said: { value: '${templatefile("${path.module}/judging.tftpl", { cases = var.cases })}' } },
  });
  workspace.variables({ cases: Object.fromEntries(cases.map(({ variables }, i) => [i, variables])) });
  const { said } = (await workspace.apply()) as { said: string };
  const records = said
    .split(RECORD)
    .slice(1)
    .map((record) => record.split(FIELD));
  const byName = new Map(records.map(([name, ...sentences]) => [name!, sentences]));
  return cases.map((_, i) => byName.get(String(i))!);
}

test("Terraform refuses what a construct refuses, in the same words, and allows what it allows", async () => {
  const said = await judgements();
  expect(cases.flatMap((one, i) => deviations(one, said[i]!))).toEqual([]);
});

test("what is to be refused ends a plan, and what is allowed does not", async () => {
  const workspace = await newWorkspace();
  workspace.write("variables.tf.json", { variable });
  await workspace.init();
  const some = cases.filter(({ variables }, i) => i % 80 === 0 || variables["buildkite_agent_token"] === "");
  for (const { name, variables, problems } of some) {
    const said = await errors(workspace, variables);
    // Of two limits on one variable Terraform may leave out the second where the first is broken.
    const matched = problems.filter((problem) => said.some((sentence) => problem.test(sentence)));
    expect({ name, isRefused: said.length > 0 }).toEqual({ name, isRefused: problems.length > 0 });
    expect({ name, said: said.length }).toEqual({ name, said: matched.length });
  }
  expect(new Set(some.map(({ problems }) => problems.length > 0))).toEqual(new Set([true, false]));
});

async function errors(workspace: Workspace, variables: unknown): Promise<string[]> {
  workspace.write("case.tfvars.json", variables);
  const flags = ["-input=false", "-refresh=false", "-lock=false", "-json", "-var-file=case.tfvars.json"];
  const { output } = await workspace.attempt(["plan", ...flags]);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  const messages = lines.map((line) => JSON.parse(line) as { "@level": string; diagnostic?: { detail: string } });
  return messages.flatMap(({ "@level": level, diagnostic }) =>
    level === "error" && diagnostic ? [diagnostic.detail] : [],
  );
}
