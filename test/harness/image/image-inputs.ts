import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFiles, library } from "./machine";

const ROW = /^ {2}input (\S+|'[^']*') (\w+) "\$\{(\w+):=(.*)\}"$/gm;

/** What the image takes out of its environment, as it stands in its scripts. */
export const imageInputs = ["inputs.sh", "inputs.generated.sh"]
  .map((name) => readFileSync(join(imageFiles, library, name), "utf8"))
  .flatMap((script) => [...script.matchAll(ROW)])
  .map(([, kind, name, expanded, content]) => ({ kind: kind!, name: name!, expanded, default: content! }));
