import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { MARKER } from "./declarations";
import { type ModuleFiles } from "./module-files";

/** The target holds something else than a generated module. The message is all a user should see. */
export class FolderRefused extends Error {
  override readonly name = "FolderRefused";
}

/**
 * Writes the module, in place of an earlier one. Files that are not of the module stay as they are.
 * Everything is written to a staging folder and then moved; where that fails, the old files are restored.
 * @throws FolderRefused where the folder holds something else.
 */
export function writeModule(out: string, files: ModuleFiles): void {
  const old = filesToReplace(out, files);
  const created = mkdirSync(out, { recursive: true });
  try {
    // Inside the target, because a rename works within one file system only.
    const staging = mkdtempSync(join(out, ".module-"));
    try {
      for (const [path, content] of files) write(join(staging, "new", path), content);
      replaceFiles(out, staging, old, [...files.keys()]);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  } catch (error) {
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
    throw error;
  }
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Moves the old files out and the new ones in, or nothing at all. */
function replaceFiles(out: string, staging: string, old: readonly string[], fresh: readonly string[]): void {
  const done: (readonly [from: string, to: string])[] = [];
  const move = (from: string, to: string) => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    done.push([from, to]);
  };
  try {
    for (const path of old) move(join(out, path), join(staging, "old", path));
    for (const path of fresh) move(join(staging, "new", path), join(out, path));
  } catch (error) {
    for (const [from, to] of done.reverse()) renameSync(to, from);
    throw error;
  }
  const assets = join(out, "assets");
  if (existsSync(assets) && readdirSync(assets).length === 0) rmdirSync(assets);
}

/** The files of an earlier module in the folder. */
function filesToReplace(out: string, files: ModuleFiles): string[] {
  if (!existsSync(out)) return [];
  if (!statSync(out).isDirectory()) throw new FolderRefused(`${out} is not a folder.`);
  if (readdirSync(out).length === 0) return [];
  if (!isModule(out)) {
    throw new FolderRefused(
      `${out} is not empty and holds no module of this generator. Choose another folder, or empty it.`,
    );
  }
  const old = [...[...files.keys()].filter((path) => !path.startsWith("assets/")), ...assetsOf(out)].filter((path) =>
    existsSync(join(out, path)),
  );
  const inTheWay = [...files.keys()].find((path) => !old.includes(path) && existsSync(join(out, path)));
  if (inTheWay !== undefined)
    throw new FolderRefused(`${join(out, inTheWay)} is not of the module and in its way. Move it away.`);
  return old;
}

function isModule(folder: string): boolean {
  const versions = join(folder, "versions.tf");
  return existsSync(versions) && readFileSync(versions, "utf8").startsWith(MARKER);
}

/** Function packages of the module in the folder; any other file in its assets is the user's. */
function assetsOf(folder: string): string[] {
  const main = join(folder, "main.tf.json");
  const source = existsSync(main) ? readFileSync(main, "utf8") : "";
  return [...new Set(source.match(/(?<=\$\{path\.module\}\/)assets\/[A-Za-z0-9._-]+/g))];
}
