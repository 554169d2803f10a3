import { type InputName, inputNames, sections } from "../elastic-ci-stack/inputs/table";
import { type ModuleFiles } from "../module/module-files";
import { REQUIRED } from "../module/module-stack";
import { awsVersions } from "../module/provider-floor";
import { outputNames } from "../elastic-ci-stack/outputs";

/** What was written, and what to do with it. */
export function summary(out: string, unlocked: readonly InputName[], files: ModuleFiles): string {
  const { resource, data } = JSON.parse(String(files.get("main.tf.json"))) as Record<
    "resource" | "data",
    Record<string, object>
  >;
  const packages = [...files].filter(([path]) => path.startsWith("assets/"));
  const kilobytes = Math.ceil(packages.reduce((sum, [, content]) => sum + content.length, 0) / 1024);
  const lines = [
    ["versions.tf", `Terraform ${REQUIRED.terraform}, ${REQUIRED.awsSource} ${awsVersions(unlocked)}`],
    ["variables.tf", `${inputNames.length} variables in ${sections.length} sections`],
    ["outputs.tf", `${outputNames.length} outputs`],
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
