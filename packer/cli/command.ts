import { commandLine, run } from "../../src/cli/command-line";
import { addBuild } from "./build";
import { addFormat } from "./format";
import { addPin } from "./pin";
import { type Ports } from "./ports";
import { addValidate } from "./validate";

/** Runs the command line and returns its exit code. */
export function packer(args: readonly string[], ports: Ports): Promise<number> {
  const program = commandLine("npm run packer --")
    .description(
      "Makes the Linux images: a base layer (the distribution and what changes seldom) and on it the stack " +
        "layer (the agent and this project's own files). Every version and SHA-256 is in " +
        "packer/linux/versions.json.",
    )
    .addHelpText("after", "\nExample:\n  npm run packer -- build --distribution ubuntu2404 --architecture arm64")
    .addHelpText("after", '\n"npm run packer -- COMMAND --help" has the options of a command.')
    .addHelpText("after", "PACKER in the environment names another program than the packer of the PATH.")
    .addHelpText("afterAll", "\nExit codes: 0 done, 1 something is wrong, 2 wrong call.");
  for (const add of [addValidate, addFormat, addBuild, addPin]) add(program, ports);
  return run(program, args, ports.output);
}
