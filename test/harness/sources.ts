import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./tools";

/** Our TypeScript below folders of src, by path in src. */
export function sourcesBelow(...folders: readonly string[]): { readonly path: string; readonly content: string }[] {
  const src = join(repository, "src");
  const paths = folders.flatMap((folder) =>
    readdirSync(join(src, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const sources = paths.filter((path) => path.endsWith(".ts")).sort();
  return sources.map((path) => ({ path, content: readFileSync(join(src, path), "utf8") }));
}
