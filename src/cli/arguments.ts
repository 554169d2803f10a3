import { parseArgs } from "node:util";
import { elasticCiStack } from "../elastic-ci-stack/definition";
import { lockedInputs } from "../schema/from-variables";
import { PACKAGE_NAME } from "../package";

const locked = lockedInputs(elasticCiStack.schema.table);

export const HELP = `Usage: ${PACKAGE_NAME} module --out DIR [--unlock NAME]...

Writes the Elastic CI Stack for AWS as a plain Terraform module into DIR:
variables, outputs, resources, function packages and a README. DIR must be
new, empty, or hold an earlier module, which is then replaced. Other files
in it stay.

Options:
  --out DIR      folder of the module (required)
  --unlock NAME  allow an input that needs a newer AWS provider, and ask for
                 that provider; may be repeated
  --help         show this text
  --version      show the version of this package

Inputs to unlock: ${locked.join(", ")}

Exit codes: 0 done, 1 failed, 2 wrong call or a folder that was refused.`;

export type Command =
  | { readonly name: "help" }
  | { readonly name: "version" }
  | { readonly name: "module"; readonly out: string; readonly unlocked: readonly string[] };

/** A call that cannot be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  out: { type: "string" },
  unlock: { type: "string", multiple: true },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

export function parse(args: readonly string[]): Command {
  const { values, positionals } = split(args);
  if (values.help) return { name: "help" };
  if (values.version) return { name: "version" };
  const [command, extra] = positionals;
  if (command === undefined) throw new UsageError("a command is missing: module.");
  if (command !== "module") throw new UsageError(`there is no command ${JSON.stringify(command)}, only module.`);
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one argument too many.`);
  if (!values.out) throw new UsageError("--out DIR is missing.");
  return { name: "module", out: values.out, unlocked: (values.unlock ?? []).map(lockedInput) };
}

function split(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node adds a paragraph of advice after the first sentence.
    throw new UsageError(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, "")}.`);
  }
}

function lockedInput(name: string): string {
  const input = locked.find((one) => one === name);
  if (input !== undefined) return input;
  throw new UsageError(`--unlock ${JSON.stringify(name)}: only ${locked.join(", ")} can be unlocked.`);
}
