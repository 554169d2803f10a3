import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFiles, library } from "./machine";

const ROW = /^ {2}input (\S+|'[^']*') (\w+) (?:\\\n {4})?"\$\{(\w+):=(.*)\}"$/gm;

/** The image's own table of inputs, as it stands in the script. */
export const imageInputs = [...readFileSync(join(imageFiles, library, "inputs.sh"), "utf8").matchAll(ROW)].map(
  ([, kind, name, expanded, content]) => ({ kind: kind!, name: name!, expanded, default: content! }),
);
