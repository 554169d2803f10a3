import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./tools";

const home = join(repository, "examples");

/** Path of a file of an example's. */
export function inExample(name: string, ...path: readonly string[]): string {
  return join(home, name, ...path);
}

/** Every folder below examples/ that is a CDKTF app. */
export const examples = readdirSync(home).filter((name) => existsSync(inExample(name, "main.ts")));

/** What cdktf writes down about each Terraform stack of an app. */
export interface SynthesizedStack {
  readonly name: string;
  readonly workingDirectory: string;
  readonly annotations: readonly unknown[];
}

/** Runs an example's app in this process, which is possible once, and answers its Terraform stacks. */
export async function synthesize(name: string, outdir: string): Promise<SynthesizedStack[]> {
  process.env.CDKTF_OUTDIR = outdir;
  try {
    await import(inExample(name, "main.ts"));
  } finally {
    delete process.env.CDKTF_OUTDIR;
  }
  const manifest = readFileSync(join(outdir, "manifest.json"), "utf8");
  return Object.values((JSON.parse(manifest) as { stacks: Record<string, SynthesizedStack> }).stacks);
}
