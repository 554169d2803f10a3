/* `npm run simulate`: this project's scaler beside Buildkite's own, in simulated time. */
import { writeFileSync } from "node:fs";
import { run } from "../../src/cli/command-line";
import { compare, type Comparison } from "./comparison";
import { type Options, simulateCommand } from "./options";
import { picture } from "./picture";
import { block, json } from "./report";
import { verdictLines, verdicts } from "./targets";

const FIRST_SEED = 1;

function play({ scenarios, seeds, json: jsonFile, plot }: Options): void {
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
  console.log(verdictLines(all));
  if (jsonFile !== undefined) writeFileSync(jsonFile, json(comparisons, all));
  if (plot !== undefined) writeFileSync(plot, picture(scenarios[0]!, FIRST_SEED));
  if (!all.every(({ kept }) => kept)) throw new Error("not every promise is kept.");
}

void run(simulateCommand(play), process.argv.slice(2), console).then((code) => (process.exitCode = code));
