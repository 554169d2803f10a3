/* `npm run simulate`: this project's scaler beside Buildkite's own, in simulated time. */
import { writeFileSync } from "node:fs";
import { compare, type Comparison } from "./comparison";
import { HELP, type Options, parse, UsageError } from "./options";
import { picture } from "./picture";
import { block, json } from "./report";
import { shown, verdicts } from "./targets";

const FIRST_SEED = 1;

function run({ scenarios, seeds, json: jsonFile, plot }: Options): number {
  const comparisons = scenarios.map((scenario): Comparison => {
    process.stderr.write(`playing ${scenario.name} ...\n`);
    const count = seeds ?? scenario.seeds;
    const comparison = compare(
      scenario,
      Array.from({ length: count }, (_, i) => FIRST_SEED + i),
    );
    console.log(`${block(comparison, seeds !== undefined)}\n`);
    return comparison;
  });
  const all = verdicts(comparisons);
  console.log(shown(all));
  if (jsonFile !== undefined) writeFileSync(jsonFile, json(comparisons, all));
  if (plot !== undefined) writeFileSync(plot, picture(scenarios[0]!, FIRST_SEED));
  return all.every(({ kept }) => kept) ? 0 : 1;
}

function main(args: readonly string[]): number {
  try {
    const options = parse(args);
    if (!options.help) return run(options);
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    if (!(error instanceof UsageError)) return 1;
    console.error("Try --help.");
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
