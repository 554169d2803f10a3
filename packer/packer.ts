import { join } from "node:path";
import { packer } from "./cli/command";
import { runProgram } from "./cli/program";

packer(process.argv.slice(2), { root: join(__dirname, ".."), run: runProgram, fetch, terminal: console }).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
