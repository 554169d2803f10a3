import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, ref, TerraformStack, Token } from "cdktf";
import { ElasticCiStack } from "cdktf-buildkite-elastic-ci-stack";
import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { moduleFiles } from "../../src/module/module-files";
import { REQUIRED } from "../../src/module/versions";
import { writeModule } from "../../src/module/write-module";
import { asProps } from "./as-prop";
import { type Workspace } from "./terraform";

export type Mode = "module" | "construct";

/** One or more stacks in a Terraform root, under names of the caller's. */
export interface Root {
  readonly stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly surroundings?: Readonly<Record<string, unknown>>;
}

/** Writes the root for one of the two ways to use the stack. Outputs are `<name of the stack>_<name of the output>`. */
export function writeRoot(workspace: Workspace, mode: Mode, root: Root): void {
  if (mode === "module") writeModuleRoot(workspace, root);
  else writeConstructRoot(workspace, root);
}

function writeModuleRoot(workspace: Workspace, { stacks, surroundings }: Root): void {
  writeModule(join(workspace.directory, "module"), moduleFiles(elasticCiStack));
  const names = Object.keys(stacks);
  const outputs = names.flatMap((name) =>
    Object.keys(elasticCiStack.outputs).map(
      (output) => [`${name}_${output}`, { value: `\${module.${name}.${output}}` }] as const,
    ),
  );
  workspace.write("main.tf.json", {
    provider: { aws: { s3_use_path_style: true } },
    module: Object.fromEntries(names.map((name) => [name, { source: "./module", ...escaped(stacks[name]!) }])),
    ...(surroundings && { resource: surroundings }),
    output: Object.fromEntries(outputs),
  });
}

const REFERENCE = /^\$\{([a-z0-9_.]+)\}$/;

/** Leaves references as they are and keeps every other text from being read as a template. */
function escaped(content: unknown): object {
  return mapTexts(content, (text) =>
    REFERENCE.test(text) ? text : text.replace(/[$%]\{/g, (mark) => mark[0]! + mark),
  ) as object;
}

function writeConstructRoot(workspace: Workspace, { stacks, surroundings }: Root): void {
  const outdir = mkdtempSync(join(tmpdir(), "elastic-ci-stack-app-"));
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "root");
  new AwsProvider(stack, "aws", { s3UsePathStyle: true });
  // The bindings pin one provider version; the stack serves a range of them.
  stack.addOverride("terraform.required_providers.aws.version", REQUIRED.aws);
  stack.addOverride("terraform.backend", { local: { path: "terraform.tfstate" } });
  if (surroundings) stack.addOverride("resource", surroundings);
  for (const [name, inputs] of Object.entries(stacks)) {
    new ElasticCiStack(stack, name, props(inputs)).addOutputs(`${name}_`);
  }
  app.synth();
  cpSync(join(outdir, "stacks", "root"), workspace.directory, { recursive: true });
  rmSync(outdir, { recursive: true });
}

/** Variables' names and references as a TypeScript program writes them. */
export function props(inputs: Readonly<Record<string, unknown>>): ElasticCiStackProps {
  return asProps(mapTexts(inputs, reference) as Readonly<Record<string, unknown>>);
}

function reference(text: string): string {
  const found = REFERENCE.exec(text);
  return found ? Token.asString(ref(found[1]!)) : text;
}

function mapTexts(content: unknown, change: (text: string) => string): unknown {
  if (typeof content === "string") return change(content);
  if (Array.isArray(content)) return content.map((item) => mapTexts(item, change));
  if (typeof content !== "object" || content === null) return content;
  return Object.fromEntries(Object.entries(content).map(([key, item]) => [key, mapTexts(item, change)]));
}
