import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleFiles } from "../../../src/module/module-files";
import { REQUIRED } from "../../../src/module/versions";
import { writeModule } from "../../../src/module/write-module";
import { examples, inExample, synthesize } from "../../harness/examples";
import { Workspace } from "../../harness/terraform";

interface Synthesized {
  readonly terraform: { readonly required_providers: Readonly<Record<string, object>> };
  readonly variable?: Readonly<Record<string, object>>;
}

interface Diagnostic {
  readonly summary: string;
  readonly range?: { readonly filename: string };
}

const handwritten = "terraform-module";
let diagnostics: readonly Diagnostic[];

// Terraform judges all folders in one run, each as a module: it starts and reads the real provider's schema once.
beforeAll(async () => {
  const workspace = await Workspace.create();
  try {
    const called = [copyHandwritten(workspace)];
    for (const name of examples) called.push(await copySynthesized(name, workspace));
    workspace.write("main.tf.json", { variable: { anything: {} }, module: Object.fromEntries(called) });
    await workspace.init();
    const { stdout } = await workspace.attempt(["validate", "-json"]);
    diagnostics = (JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] }).diagnostics;
  } finally {
    workspace.remove();
  }
});

type Call = readonly [name: string, call: Readonly<Record<string, unknown>>];

/** Only variables without a default need something, which Terraform does not know when it validates. */
function call(name: string, variables: Readonly<Record<string, object>>): Call {
  const required = Object.keys(variables).filter((variable) => !("default" in variables[variable]!));
  const given = Object.fromEntries(required.map((variable) => [variable, "${var.anything}"]));
  return [name, { source: `./${name}`, ...given }];
}

function copyHandwritten(workspace: Workspace): Call {
  workspace.copyFrom(inExample(handwritten), handwritten);
  writeModule(join(workspace.directory, handwritten, "module"), moduleFiles(elasticCiStack));
  return call(handwritten, { buildkite_agent_token: {} });
}

async function copySynthesized(name: string, workspace: Workspace): Promise<Call> {
  const outdir = mkdtempSync(join(tmpdir(), "elastic-ci-stack-example-"));
  try {
    const [stack] = await synthesize(name, outdir);
    workspace.copyFrom(join(outdir, stack!.workingDirectory), name);
  } finally {
    rmSync(outdir, { recursive: true });
  }
  const file = `${name}/cdk.tf.json`;
  const configuration = JSON.parse(readFileSync(join(workspace.directory, file), "utf8")) as Synthesized;
  // The bindings pin the one provider version they were generated from; the stack serves a range of them.
  const aws = { ...configuration.terraform.required_providers["aws"], version: REQUIRED.aws };
  workspace.write(file, { ...configuration, terraform: { required_providers: { aws } } });
  return call(name, configuration.variable ?? {});
}

/** Terraform's own judgement of an example, by the schema of the real provider: errors and warnings. */
const about = (name: string) => diagnostics.filter(({ range }) => range?.filename.startsWith(`${name}/`));

test.each(examples)("Terraform and the real provider accept the example %s", (name) => {
  expect(about(name)).toEqual([]);
});

test("Terraform and the real provider accept the example terraform-module with a fresh module", () => {
  expect(about(handwritten)).toEqual([]);
});

test("Terraform has nothing to say about the examples side by side", () => {
  expect(diagnostics.filter((one) => ![handwritten, ...examples].some((name) => about(name).includes(one)))).toEqual(
    [],
  );
});
