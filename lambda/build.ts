import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { BuildFailure } from "esbuild";
import { zipSync } from "fflate";
import type { Zippable } from "fflate";

/** Local time on purpose: a zip stores local time, so these bytes are the same in every time zone. */
const ZIP_TIME = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE_BY_ALL = 0o100644 << 16;

/** Every folder with a handler.ts is a function. */
function functionNames(source: string): string[] {
  const folders = readdirSync(source).filter((name) => existsSync(join(source, name, "handler.ts")));
  if (folders.length === 0) throw new Error(`no folder in ${source} has a handler.ts`);
  return folders.sort();
}

async function bundle(folder: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "handler.ts")],
    bundle: true,
    minify: true,
    treeShaking: true,
    sourcemap: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    // ES modules allow tree shaking: half the size of the SDK's CommonJS build.
    mainFields: ["module", "main"],
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${folder}`);
  return output.contents;
}

/** A zip with index.js and all files of the folder that are not TypeScript, unchanged: the function reads them at run time. */
async function pack(folder: string): Promise<Uint8Array> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const assets = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".ts")).map(({ name }) => name);
  const contents: Record<string, Uint8Array> = { "index.js": await bundle(folder) };
  for (const name of assets) contents[name] = readFileSync(join(folder, name));
  const files: Zippable = {};
  for (const [name, bytes] of Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1))) {
    files[name] = [bytes, { mtime: ZIP_TIME, os: UNIX, attrs: READABLE_BY_ALL, level: 9 }];
  }
  return zipSync(files);
}

function reason(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (first?.location) return `${first.location.file}:${String(first.location.line)}: ${first.text}`;
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

async function main(source: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const name of functionNames(source)) {
    const zip = await pack(join(source, name));
    // Renamed into place, so that no reader gets half a zip.
    const part = join(target, `${name}.zip.${String(process.pid)}`);
    writeFileSync(part, zip);
    renameSync(part, join(target, `${name}.zip`));
    console.log(`${name.padEnd(26)} ${(zip.length / 1024).toFixed(1).padStart(6)} KB`);
  }
}

const [target = join(__dirname, "../dist/lambda"), source = __dirname] = process.argv.slice(2);
main(resolve(source), resolve(target)).catch((error: unknown) => {
  console.error(`build:lambda failed: ${reason(error)}`);
  process.exitCode = 1;
});
