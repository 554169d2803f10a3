import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scripts } from "../aws/systems-manager";

/** Reads the scripts that Run Command runs on the instances. In the function's zip they lie beside its code. */
export function readScripts(folder: string): Scripts {
  return { linux: scriptsOf(folder, "sh"), windows: scriptsOf(folder, "ps1") };
}

/** The stop script uses the variables that the survey script sets. */
function scriptsOf(folder: string, extension: string): Scripts["linux"] {
  const read = (name: string) => readFileSync(join(folder, `${name}.${extension}`), "utf8").trimEnd();
  const survey = read("survey-agent");
  return { survey, stop: `${survey}\n${read("stop-idle-agent")}` };
}
