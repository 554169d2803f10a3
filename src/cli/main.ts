import { PACKAGE_NAME, PACKAGE_VERSION } from "../package";
import { commandLine, type Output, run } from "./command-line";
import { addModule } from "./commands/module";

/** One for each file in the folder commands. */
const COMMANDS = [addModule];

/** Runs the package's command line and returns its exit code. */
export function main(args: readonly string[], output: Output): Promise<number> {
  const program = commandLine(PACKAGE_NAME)
    .description("The Elastic CI Stack for AWS, from the command line.")
    .version(PACKAGE_VERSION, "--version", "show the version of this package")
    .addHelpText("after", `\nExample:\n  npx ${PACKAGE_NAME} module --out modules/elastic-ci-stack`)
    .addHelpText("after", `\n"${PACKAGE_NAME} COMMAND --help" has the options of a command.`)
    .addHelpText("afterAll", "\nExit codes: 0 done, 1 failed, 2 wrong call or a folder that was refused.");
  for (const add of COMMANDS) add(program, output);
  return run(program, args, output);
}
