import { join } from "node:path";
import { Option } from "commander";
import {
  type Architecture,
  ARCHITECTURES,
  type Distribution,
  DISTRIBUTIONS,
  type Layer,
  LAYERS,
  type Manifest,
  manifestProblems,
  readManifest,
} from "./manifest";
import { type Ports } from "./ports";

export interface Image {
  readonly layer: Layer;
  readonly distribution: Distribution;
  readonly architecture: Architecture;
}

export const layerOption = (description: string) => new Option("--layer <LAYER>", description).choices(LAYERS);
export const distributionOption = (description: string) =>
  new Option("--distribution <NAME>", description).choices(DISTRIBUTIONS);
export const architectureOption = (description: string) =>
  new Option("--architecture <NAME>", description).choices(ARCHITECTURES);

export function nameOf({ layer, distribution, architecture }: Image): string {
  return `${layer} ${distribution} ${architecture}`;
}

export function layerFolder(root: string, layer: Layer): string {
  return join(root, "packer/linux", layer);
}

/** Reads versions.json. Throws where it contradicts itself. */
export function checkedManifest({ root, output }: Ports): Manifest {
  const manifest = readManifest(root);
  const problems = manifestProblems(manifest);
  for (const problem of problems) output.error(`versions.json: ${problem}.`);
  if (problems.length > 0) throw new Error("versions.json contradicts itself. Nothing was done.");
  return manifest;
}

/** Packer's arguments for the templates' variables. */
export function variables(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
}
