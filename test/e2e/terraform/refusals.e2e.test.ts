import { schema } from "../../../src/elastic-ci-stack/schema";
import { cpus } from "node:os";
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

interface Case {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Every sentence that Terraform must say, and nothing else. */
  readonly problems: readonly RegExp[];
}

// Of two limits on one variable Terraform may leave out the second where the first is broken, so an extra problem may go unsaid.
const cases: readonly Case[] = [
  ...refused.map(({ name, variables, problems }) => ({ name: `refused: ${name}`, variables, problems })),
  ...allowed.map(({ name, variables }) => ({ name: `allowed: ${name}`, variables, problems: [] })),
];

let workspace: Workspace;

beforeAll(async () => {
  const stack = new Variables(Testing.app(), "variables");
  fromVariables(stack, schema, []);
  const { variable } = JSON.parse(Testing.synth(stack)) as { variable: unknown };
  workspace = await Workspace.create();
  workspace.write("variables.tf.json", { variable });
  await workspace.init();
});

afterAll(() => {
  workspace.remove();
});

test("Terraform refuses what a construct refuses, in the same words, and allows what it allows", async () => {
  const waiting = [...cases.entries()];
  const surprises: string[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, { name, variables, problems }] = next;
      const said = await errors(`case-${String(index)}.tfvars.json`, variables);
      const isMissing = problems.length > 0 && said.length === 0;
      const isStrange = said.some((error) => !problems.some((problem) => problem.test(error)));
      if (isMissing || isStrange) surprises.push(`${name}: ${said.join(" | ") || "no error"}`);
    }
  };
  await Promise.all(cpus().map(worker));
  expect(surprises).toEqual([]);
});

async function errors(file: string, variables: unknown): Promise<string[]> {
  workspace.write(file, variables);
  const flags = ["-input=false", "-refresh=false", "-lock=false", "-json", `-var-file=${file}`];
  const { output } = await workspace.attempt(["plan", ...flags]);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  const messages = lines.map((line) => JSON.parse(line) as { "@level": string; diagnostic?: { detail: string } });
  return messages.flatMap(({ "@level": level, diagnostic }) =>
    level === "error" && diagnostic ? [diagnostic.detail] : [],
  );
}
