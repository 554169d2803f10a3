import { readFileSync } from "node:fs";
import { type InputName } from "../elastic-ci-stack/inputs/table";
import { packaged } from "../package";
import { outputsTf, variablesTf, versionsTf } from "./declarations";
import { readme } from "./readme";
import { type JsonObject, synthesize } from "./synthesize";

/** Contents by path inside the module. */
export type ModuleFiles = ReadonlyMap<string, string | Uint8Array>;

/** The plain Terraform module. It depends on nothing but this package and the inputs that are unlocked. */
export function moduleFiles(unlocked: readonly InputName[]): ModuleFiles {
  const { configuration, assets } = synthesize(unlocked);
  const { variable = {}, output = {} } = configuration;
  return new Map<string, string | Uint8Array>([
    ["versions.tf", versionsTf(unlocked)],
    ["variables.tf", variablesTf(variable)],
    ["outputs.tf", outputsTf(output)],
    ["main.tf.json", mainTfJson(configuration)],
    ["README.md", readme(unlocked)],
    ["LICENSE", readFileSync(packaged("LICENSE"), "utf8")],
    ...assets,
  ]);
}

function mainTfJson({
  locals = {},
  data = {},
  resource = {},
  check = {},
}: Readonly<Record<string, JsonObject>>): string {
  return `${JSON.stringify({ locals, data, resource, check }, null, 2)}\n`;
}
