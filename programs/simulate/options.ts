import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { commandLine, path } from "../../src/cli/command-line";
import { scenarios } from "./scenarios";
import type { Scenario } from "./simulation";

const names = scenarios.map(({ name }) => name);
const MOST_SEEDS = 100;

export interface Options {
  readonly scenarios: readonly Scenario[];
  /** undefined: as many as each scenario wants. */
  readonly seeds: number | undefined;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

interface Given extends Omit<Options, "scenarios"> {
  readonly scenario: readonly string[];
}

export function simulateCommand(play: (options: Options) => void): Command {
  return commandLine("npm run simulate --")
    .description(
      'Plays scenarios in simulated time under Buildkite\'s own scaler ("reference") and under this ' +
        'project\'s ("ours"), prints what each of them costs and how long jobs wait, and checks the ' +
        "promises. Nothing outside this process is touched.",
    )
    .addOption(
      new Option("--scenario <NAME...>", "play only these").choices(names).default(names, "all, in about a minute"),
    )
    .option(
      "--seeds <N>",
      `runs of each scenario, from 1 to ${MOST_SEEDS}, each shown by itself (default: five, and one for the year; only means are shown)`,
      seedsOf,
    )
    .option("--json <FILE>", "write every figure of every run to this file", file)
    .option("--plot <FILE>", "write a picture of the first scenario's first run (SVG)", file)
    .addHelpText("after", "\nExample:\n  npm run simulate -- --scenario small burst --seeds 2")
    .addHelpText("after", "\nExit codes: 0 every promise is kept, 1 one is not, 2 wrong call.")
    .action(({ scenario, ...rest }: Given) => {
      const chosen = [...new Set(scenario)].map((name) => scenarios.find((one) => one.name === name)!);
      play({ scenarios: chosen, seeds: rest.seeds, json: rest.json, plot: rest.plot });
    });
}

function seedsOf(text: string): number {
  const seeds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seeds >= 1 && seeds <= MOST_SEEDS) return seeds;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_SEEDS}.`);
}

/** Checked before the scenarios run, which takes minutes. */
function file(text: string): string {
  const folder = dirname(resolve(path(text)));
  if (existsSync(folder)) return text;
  throw new InvalidArgumentError(`There is no folder ${JSON.stringify(folder)}.`);
}
