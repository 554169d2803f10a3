/* `npm run packer`: our machine images. */
import { join } from "node:path";
import { packer } from "./cli/command";
import { runProgram } from "./cli/program";

const ports = { root: join(__dirname, ".."), run: runProgram, fetch, output: console };
void packer(process.argv.slice(2), ports).then((code) => (process.exitCode = code));
