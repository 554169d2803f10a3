import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { scenarios } from "./scenarios";
import type { Scenario } from "./simulation";

const names = scenarios.map(({ name }) => name).join(", ");
const MOST_SEEDS = 100;

export const HELP = `Usage: npm run simulate -- [--scenario NAME]... [--seeds N] [--json FILE] [--plot FILE]

Plays scenarios in simulated time under Buildkite's own scaler ("reference")
and under this project's ("ours"), prints what each of them costs and how long
jobs wait, and checks the promises. Nothing outside this process is touched.

Options:
  --scenario NAME  only this one; may be repeated
  --seeds N        runs of each scenario, from 1 to ${MOST_SEEDS}, each shown by itself
                   (without it five, and one for the year; only means are shown)
  --json FILE      write every figure of every run to this file
  --plot FILE      write a picture of the first scenario's first run (SVG)
  --help           show this text

Scenarios: ${names}

Exit codes: 0 every promise is kept, 1 one is not, 2 wrong call.`;

export interface Options {
  readonly help: boolean;
  readonly scenarios: readonly Scenario[];
  /** undefined: as many as each scenario wants. */
  readonly seeds: number | undefined;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

/** A call that cannot be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  scenario: { type: "string", multiple: true },
  seeds: { type: "string" },
  json: { type: "string" },
  plot: { type: "string" },
  help: { type: "boolean" },
} as const;

export function parse(args: readonly string[]): Options {
  const values = split(args);
  return {
    help: values.help ?? false,
    scenarios: values.scenario === undefined ? scenarios : [...new Set(values.scenario)].map(scenarioNamed),
    seeds: values.seeds === undefined ? undefined : seedsOf(values.seeds),
    json: file("json", values.json),
    plot: file("plot", values.plot),
  };
}

function split(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // Node adds a paragraph of advice after the first sentence.
    throw new UsageError(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, "")}.`);
  }
}

function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario !== undefined) return scenario;
  throw new UsageError(`--scenario ${JSON.stringify(name)}: there is no such scenario, only ${names}.`);
}

function seedsOf(text: string): number {
  const seeds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seeds >= 1 && seeds <= MOST_SEEDS) return seeds;
  throw new UsageError(`--seeds ${JSON.stringify(text)}: it must be a whole number from 1 to ${MOST_SEEDS}.`);
}

/** Found out before minutes of work rather than after. */
function file(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  if (path === "") throw new UsageError(`--${option}: the name of the file is missing.`);
  const folder = dirname(resolve(path));
  if (existsSync(folder)) return path;
  throw new UsageError(`--${option} ${JSON.stringify(path)}: there is no folder ${JSON.stringify(folder)}.`);
}
