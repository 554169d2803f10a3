import { type Command, Option } from "commander";
import { definitions } from "../../definitions";
import { moduleFiles } from "../../module/module-files";
import { FolderRefused, writeModule } from "../../module/write-module";
import { PACKAGE_NAME } from "../../package";
import { lockedInputs } from "../../schema/from-variables";
import { type Output, path } from "../command-line";
import { summary } from "../summary";

interface Options {
  readonly construct: string;
  readonly out: string;
  readonly unlock: readonly string[];
}

export function addModule(program: Command, output: Output): void {
  program
    .command("module")
    .summary("write the stack as a plain Terraform module")
    .description(
      "Writes the Elastic CI Stack for AWS as a plain Terraform module into DIR: variables, outputs, " +
        "resources, function packages and a README.",
    )
    .usage("--out DIR [options]")
    .requiredOption(
      "--out <DIR>",
      "folder of the module (required): new, empty, or with an earlier module, which is replaced; other " +
        "files beside that stay",
      path,
    )
    .addOption(
      new Option("--construct <NAME>", "what the module is made of")
        .choices(definitions.map(({ name }) => name))
        .default(definitions[0]!.name),
    )
    .addOption(
      new Option("--unlock <NAME...>", "allow inputs that need a newer AWS provider, and ask for that provider")
        .choices([...new Set(definitions.flatMap(({ schema }) => lockedInputs(schema.table)))])
        .default([], "none"),
    )
    .addHelpText("after", `\nExample:\n  npx ${PACKAGE_NAME} module --out modules/elastic-ci-stack`)
    .action(({ construct, out, unlock }: Options, command: Command) => {
      const definition = definitions.find(({ name }) => name === construct)!;
      const files = moduleFiles(definition, unlock);
      try {
        writeModule(out, files);
      } catch (error) {
        if (error instanceof FolderRefused) command.error(`--out: ${error.message}`);
        throw error;
      }
      output.log(summary(definition, out, unlock, files));
    });
}
