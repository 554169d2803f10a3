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
}

/** Terraform's own judgement of a folder's content, by the schema of the real provider: errors and warnings. */
async function diagnose(fill: (workspace: Workspace) => Promise<void> | void): Promise<readonly unknown[]> {
  const workspace = await Workspace.create();
  try {
    await fill(workspace);
    await workspace.init();
    const { stdout } = await workspace.run(["validate", "-json"]);
    return (JSON.parse(stdout) as { diagnostics: readonly unknown[] }).diagnostics;
  } finally {
    workspace.remove();
  }
}

async function copySynthesized(name: string, workspace: Workspace): Promise<void> {
  const outdir = mkdtempSync(join(tmpdir(), "elastic-ci-stack-example-"));
  try {
    const [stack] = await synthesize(name, outdir);
    workspace.copyFrom(join(outdir, stack!.workingDirectory));
  } finally {
    rmSync(outdir, { recursive: true });
  }
  const configuration = JSON.parse(readFileSync(join(workspace.directory, "cdk.tf.json"), "utf8")) as Synthesized;
  // The bindings pin the one provider version they were generated from; the stack serves a range of them.
  const aws = { ...configuration.terraform.required_providers["aws"], version: REQUIRED.aws };
  workspace.write("cdk.tf.json", { ...configuration, terraform: { required_providers: { aws } } });
}

test.each(examples)("Terraform and the real provider accept the example %s", async (name) => {
  expect(await diagnose((workspace) => copySynthesized(name, workspace))).toEqual([]);
});

test("Terraform and the real provider accept the example terraform-module with a fresh module", async () => {
  const diagnostics = await diagnose((workspace) => {
    workspace.copyFrom(inExample("terraform-module"));
    writeModule(join(workspace.directory, "module"), moduleFiles(elasticCiStack));
  });
  expect(diagnostics).toEqual([]);
});
