import { PACKAGE_VERSION } from "../package";
import { elasticCiStack } from "../elastic-ci-stack/definition";
import { moduleFiles } from "../module/module-files";
import { FolderRefused, writeModule } from "../module/write-module";
import { HELP, parse, UsageError } from "./arguments";
import { summary } from "./summary";

export interface Terminal {
  log(text: string): void;
  error(text: string): void;
}

/** Runs the command line and answers its exit code: 2 for a call that cannot be right, 1 for a failure. */
export function main(args: readonly string[], terminal: Terminal): number {
  try {
    terminal.log(answer(args));
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.error(`Error: ${message.split("\n")[0]}`);
    if (error instanceof UsageError) terminal.error("Try --help.");
    return error instanceof UsageError || error instanceof FolderRefused ? 2 : 1;
  }
}

function answer(args: readonly string[]): string {
  const command = parse(args);
  if (command.name === "help") return HELP;
  if (command.name === "version") return PACKAGE_VERSION;
  const files = moduleFiles(elasticCiStack, command.unlocked);
  writeModule(command.out, files);
  return summary(command.out, command.unlocked, files);
}
