import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { App } from "cdktf";
import { type AnyDefinition } from "../schema/definition";
import { ModuleStack } from "./module-stack";

/** A part of Terraform's JSON syntax. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The configuration that cdktf synthesizes, without cdktf's metadata. */
export interface Synthesized {
  readonly configuration: Readonly<Record<string, JsonObject>>;
  /** Contents by path inside the module. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

export function synthesize(definition: AnyDefinition, unlocked: readonly string[]): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), "elastic-ci-stack-module-"));
  try {
    // Skipped: the check that a stack has a provider, which a module gets from its caller.
    const app = new App({ outdir, skipValidation: true });
    const stack = new ModuleStack(app, "module", definition, { unlocked, absent: null });
    app.synth();
    return collect(join(outdir, app.manifest.forStack(stack).synthesizedStackPath));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** An asset as cdktf lays it out: the construct's id, a hash of the content, the name of the file. */
const ASSET = /assets\/[^/"\\]+\/[0-9A-F]{32}\/([A-Za-z0-9._-]+)/g;

function collect(synthesized: string): Synthesized {
  const source = readFileSync(synthesized, "utf8");
  // The path in the module needs no hash: source_code_hash shows a change of the content.
  const paths = new Map([...source.matchAll(ASSET)].map(([path, name]) => [path, `assets/${name}`]));
  if (new Set(paths.values()).size < paths.size) throw new Error("two assets have the same file name");
  const configuration = JSON.parse(source.replace(ASSET, "assets/$1")) as Synthesized["configuration"];
  return {
    configuration: tidy(configuration) as Synthesized["configuration"],
    assets: new Map([...paths].map(([from, to]) => [to, readFileSync(join(dirname(synthesized), from))])),
  };
}

/** Without cdktf's metadata, and with the keys of each object in the order of their code units. */
function tidy(json: Json): Json {
  if (typeof json !== "object" || json === null) return json;
  if (isList(json)) return json.map(tidy);
  const keys = Object.keys(json).filter((key) => key !== "//");
  return Object.fromEntries(keys.sort().map((key) => [key, tidy(json[key]!)]));
}

function isList(json: readonly Json[] | JsonObject): json is readonly Json[] {
  return Array.isArray(json);
}
