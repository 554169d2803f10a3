import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture, type Distribution, type Layer, LAYERS } from "./manifest";

export interface Image {
  readonly layer: Layer;
  readonly distribution: Distribution;
  readonly architecture: Architecture;
}

export function nameOf({ layer, distribution, architecture }: Image): string {
  return `${layer} ${distribution} ${architecture}`;
}

export function layerFolder(root: string, layer: Layer): string {
  return join(root, "packer/linux", layer);
}

export function variable(name: string, value: string): string[] {
  return ["-var", `${name}=${value}`];
}

/** What is marked so in the templates is for Packer 1.7 and later, whose builders are plugins. */
const NEWER = / *# begin: unknown to packer 1\.6\n[^]*?# end\n/g;

export function forOldPacker(template: string): string {
  return template.replace(NEWER, "");
}

/** The templates as an old packer can read them, beside everything that they name. */
export async function withOldTemplates<T>(root: string, use: (copy: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), "packer-templates-"));
  try {
    for (const folder of ["packer/linux", "userdata/linux"])
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    for (const layer of LAYERS) {
      const template = join(layerFolder(copy, layer), "image.pkr.hcl");
      writeFileSync(template, forOldPacker(readFileSync(template, "utf8")));
      rmSync(join(layerFolder(copy, layer), "plugins.pkr.hcl"));
    }
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
