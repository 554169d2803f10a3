import { Command, CommanderError, InvalidArgumentError } from "commander";

/** What a command writes to: the console, or a list of lines in a test. */
export interface Output {
  log(text: string): void;
  error(text: string): void;
}

/** A command with what all command lines of this repository have in common. */
export function commandLine(name: string): Command {
  return (
    new Command(name)
      .exitOverride()
      .helpOption("--help", "show this text")
      .helpCommand(false)
      // Commander only counts arguments that belong to no option; here they are named.
      .allowExcessArguments()
      .hook("preAction", (_, command) => {
        if (command.args.length > 0) command.error(`${JSON.stringify(command.args[0])} belongs to no option.`);
      })
  );
}

/** Runs the command and returns the exit code: 0 done, 1 failed, 2 wrong call. An action fails by throwing. */
export async function run(program: Command, args: readonly string[], output: Output): Promise<number> {
  // Commander writes help in pieces. Written at once, it breaks no pipe whose reader stops early, such as head.
  const help: string[] = [];
  const writing = { writeOut: (text: string) => help.push(text), writeErr: () => undefined, getOutHelpWidth: () => 80 };
  for (const command of [program, ...program.commands]) command.configureOutput(writing);
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
      output.error(`Error: ${line}`);
      return 1;
    }
    // Help and version end in an error, too.
    if (error.exitCode === 0) {
      output.log(help.join("").trimEnd());
      return 0;
    }
    output.error(`Error: ${sentence(error, program)}`);
    output.error(program.name().startsWith("npm") ? 'Try --help, after npm\'s own "--".' : "Try --help.");
    return 2;
  }
}

function sentence({ code, message }: CommanderError, { commands }: Command): string {
  if (code === "commander.help") return `a command is missing: give ${commands.map((c) => c.name()).join(", ")}.`;
  const text = message
    .replace(/^error: /, "")
    .replace(/\n\((Did you mean .*)\)$/, ". $1")
    .replaceAll("\n", " ");
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** For options that name a file or folder. A value that begins with a hyphen is the next option: the path is missing. */
export function path(text: string): string {
  if (text !== "" && !text.startsWith("-")) return text;
  throw new InvalidArgumentError("It must be a path. Write ./ before a name that begins with a hyphen.");
}

/** For options that must match a pattern. `must` completes the sentence "It must be …". */
export function matching(pattern: RegExp, must: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`It must be ${must}.`);
  };
}

/** For values separated by commas, each of which must match a pattern. A repeated option adds to the list; duplicates are dropped. */
export function listOf(pattern: RegExp, must: string): (text: string, before?: readonly string[]) => readonly string[] {
  const item = matching(pattern, `${must}, several of them separated by commas without blanks`);
  return (text, before = []) => [...new Set([...before, ...text.split(",").map(item)])];
}

export const REGION = /^[a-z]+(-[a-z]+)+-[0-9]+$/;
