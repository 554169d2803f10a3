import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { transformSync } from "esbuild";
import { inExample } from "../../test/harness/examples";
import { cleanEnvironment, repository } from "../../test/harness/tools";
import { median } from "./median";
import { type Measurement } from "./probe";

const compiled = join(repository, "build/bench");

/** Milliseconds and megabytes of one process that synthesizes an example; `wall` is its wall-clock time. */
export interface Synthesis extends Measurement {
  readonly wall: number;
}

/** Runs an example as compiled JavaScript, as a user's built app. */
export function measureSynthesis(example: string, runs: number): Synthesis {
  const source = readFileSync(inExample(example, "main.ts"), "utf8");
  const imports = [...source.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, name]) => name!);
  const probe = compile(join(__dirname, "probe.ts"), "probe.js");
  const app = compile(inExample(example, "main.ts"), `${example}.js`);
  const all = Array.from({ length: runs }, () => inFreshFolder((outdir) => once([probe, app, ...imports], outdir)));
  const of = (key: keyof Synthesis) => median(all.map((one) => one[key]));
  return {
    wall: of("wall"),
    boot: of("boot"),
    import: of("import"),
    construct: of("construct"),
    synth: of("synth"),
    processor: of("processor"),
    memory: of("memory"),
  };
}

/** Milliseconds for the package's command to write the Terraform module. */
export function measureModule(runs: number): number {
  const command = join(repository, "dist/cli.js");
  const once = (folder: string) => execute([command, "module", "--out", join(folder, "module")]).wall;
  return median(Array.from({ length: runs }, () => inFreshFolder(once)));
}

/** Inside the checkout, so that the package's name resolves to this package. */
function compile(path: string, name: string): string {
  mkdirSync(compiled, { recursive: true });
  const { code } = transformSync(readFileSync(path, "utf8"), { loader: "ts", format: "cjs", target: "node20" });
  writeFileSync(join(compiled, name), code);
  return join(compiled, name);
}

function once(args: readonly string[], outdir: string): Synthesis {
  const { wall, stdout } = execute(args, { CDKTF_OUTDIR: outdir });
  return { ...(JSON.parse(stdout) as Measurement), wall };
}

function execute(args: readonly string[], extra: Record<string, string> = {}) {
  const started = performance.now();
  const env = { ...cleanEnvironment(), NODE_OPTIONS: "", ...extra };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return { wall: performance.now() - started, stdout };
}

function inFreshFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "elastic-ci-stack-bench-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
