import { readFileSync } from "node:fs";
import { packaged } from "../package";
import { type AnyDefinition } from "../schema/definition";
import { outputsTf, variablesTf, versionsTf } from "./declarations";
import { readme } from "./readme";
import { type JsonObject, synthesize } from "./synthesize";

/** Contents by path inside the module. */
export type ModuleFiles = ReadonlyMap<string, string | Uint8Array>;

/** A construct as a plain Terraform module. The same package and unlocked inputs give the same files. */
export function moduleFiles(definition: AnyDefinition, unlocked: readonly string[] = []): ModuleFiles {
  const { configuration, assets } = synthesize(definition, unlocked);
  const { variable = {}, output = {} } = configuration;
  const { table } = definition.schema;
  return new Map<string, string | Uint8Array>([
    ["versions.tf", versionsTf(table, unlocked)],
    ["variables.tf", variablesTf(table, variable)],
    ["outputs.tf", outputsTf(Object.keys(definition.outputs), output)],
    ["main.tf.json", mainTfJson(configuration)],
    ["README.md", readme(definition, unlocked)],
    ["LICENSE", readFileSync(packaged("LICENSE"), "utf8")],
    ...assets,
  ]);
}

function mainTfJson({
  locals = {},
  data = {},
  resource = {},
  check = {},
  moved,
}: Readonly<Record<string, JsonObject>>): string {
  return `${JSON.stringify({ locals, data, resource, check, moved }, null, 2)}\n`;
}
