import { type AnyDefinition } from "../schema/definition";
import { type ModuleFiles } from "../module/module-files";
import { awsVersions, REQUIRED } from "../module/versions";

/** What the module command has written, and how to use it. */
export function summary(
  { schema, outputs }: AnyDefinition,
  out: string,
  unlocked: readonly string[],
  files: ModuleFiles,
): string {
  const { resource, data } = JSON.parse(String(files.get("main.tf.json"))) as Record<
    "resource" | "data",
    Record<string, object>
  >;
  const { table } = schema;
  const packages = [...files].filter(([path]) => path.startsWith("assets/"));
  const kilobytes = Math.ceil(packages.reduce((sum, [, content]) => sum + content.length, 0) / 1024);
  const lines = [
    ["versions.tf", `Terraform ${REQUIRED.terraform}, ${REQUIRED.awsSource} ${awsVersions(table, unlocked)}`],
    ["variables.tf", `${table.names.length} variables in ${table.sections.length} sections`],
    ["outputs.tf", `${Object.keys(outputs).length} outputs`],
    ["main.tf.json", `${count(resource)} resources, ${count(data)} data sources`],
    ["assets/", `${packages.length} function packages, ${kilobytes} KB`],
    ["README.md", "usage, inputs, outputs"],
    ["LICENSE", "terms of use"],
  ] as const;
  return [
    `Wrote the Terraform module to ${out}`,
    ...lines.map(([file, content]) => `  ${file.padEnd(14)}${content}`),
    `Next: call it from your configuration (module "ci" { source = "..." }); see the README.md in it.`,
  ].join("\n");
}

function count(byType: Readonly<Record<string, object>>): number {
  return Object.values(byType).reduce((sum, named) => sum + Object.keys(named).length, 0);
}
