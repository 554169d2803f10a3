import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";

const ROOT = join(__dirname, "../..");

export interface BuildRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command, as `npm run build:lambda` runs it, into a folder of the test's own. */
export function buildLambdas(
  target: string,
  options: { source?: string; cwd?: string; timeZone?: string } = {},
): BuildRun {
  const script = join(ROOT, "lambda", "build.ts");
  const source = options.source === undefined ? [] : [options.source];
  return spawnSync(process.execPath, [require.resolve("tsx/cli"), script, target, ...source], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, TZ: options.timeZone ?? "UTC" },
    encoding: "utf8",
    timeout: 300_000,
  });
}

export function unpack(zip: string, target: string): string[] {
  const files = unzipSync(readFileSync(zip));
  mkdirSync(target, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(target, name), bytes);
  return Object.keys(files);
}
