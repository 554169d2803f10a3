import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { moduleFiles } from "../../../src/module/module-files";
import { writeModule } from "../../../src/module/write-module";
import { lockedInputs } from "../../../src/schema/from-variables";
import { run } from "../../harness/processes";
import { findBuiltTool } from "../../harness/tools";

/** The rules for Terraform's language come with tflint itself. */
const RULES = 'plugin "terraform" {\n  enabled = true\n  preset  = "recommended"\n}\n';

let tflint: string;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tflint-"));
  tflint = await findBuiltTool("tflint");
});

afterEach(() => rmSync(folder, { recursive: true }));

async function findings(): Promise<string> {
  const config = join(folder, "rules.hcl");
  writeFileSync(config, RULES);
  const args = [`--chdir=${join(folder, "module")}`, `--config=${config}`, "--format=compact", "--no-color"];
  return (await run(tflint, args, { cwd: folder, timeoutMs: 300_000 })).output;
}

const everythingUnlocked = lockedInputs(elasticCiStack.schema.table);

test.each<[string, readonly string[]]>([
  ["as it is", []],
  ["with everything unlocked", everythingUnlocked],
])("tflint's recommended rules find nothing in the generated module %s", async (_, unlocked) => {
  writeModule(join(folder, "module"), moduleFiles(elasticCiStack, unlocked));
  expect(await findings()).toBe("");
});

test("they would find a variable that nothing reads", async () => {
  writeModule(join(folder, "module"), moduleFiles(elasticCiStack));
  appendFileSync(join(folder, "module/variables.tf"), '\nvariable "unread" {\n  type = string\n}\n');
  expect(await findings()).toContain('variable "unread" is declared but not used');
});
