import { type Command, Option } from "commander";
import { elasticCiStack } from "../../elastic-ci-stack/definition";
import { moduleFiles } from "../../module/module-files";
import { FolderRefused, writeModule } from "../../module/write-module";
import { PACKAGE_NAME } from "../../package";
import { lockedInputs } from "../../schema/from-variables";
import { type Output, path } from "../command-line";
import { summary } from "../summary";

interface Options {
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
    .usage("--out DIR [--unlock NAME...]")
    .requiredOption(
      "--out <DIR>",
      "folder of the module (required): new, empty, or with an earlier module, which is replaced; other " +
        "files beside that stay",
      path,
    )
    .addOption(
      new Option("--unlock <NAME...>", "allow inputs that need a newer AWS provider, and ask for that provider")
        .choices(lockedInputs(elasticCiStack.schema.table))
        .default([], "none"),
    )
    .addHelpText("after", `\nExample:\n  npx ${PACKAGE_NAME} module --out modules/elastic-ci-stack`)
    .action(({ out, unlock }: Options, command: Command) => {
      const files = moduleFiles(elasticCiStack, unlock);
      try {
        writeModule(out, files);
      } catch (error) {
        if (error instanceof FolderRefused) command.error(`--out: ${error.message}`);
        throw error;
      }
      output.log(summary(out, unlock, files));
    });
}
