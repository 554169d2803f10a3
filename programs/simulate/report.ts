import type { Comparison } from "./comparison";
import { type Figure, FIGURES, figureNames, type Figures, ratio } from "./figures";
import type { Verdict } from "./targets";

const NAME_WIDTH = 12;
const WIDTH = 11;

/** Both policies and their ratios below each other, one block for each scenario. */
export function block(comparison: Comparison, showsSeeds: boolean): string {
  const { scenario, seeds, reference, ours } = comparison;
  const share = (figure: Figure) => ratio(ours.mean[figure], reference.mean[figure])?.toFixed(2) ?? "more";
  const runs = (name: string, figures: readonly Figures[]) =>
    showsSeeds ? figures.map((run, i) => row(`${name} #${seeds[i]!}`, cells(run))) : [];
  return [
    `${scenario.name}: ${scenario.title} (both with ${scenario.settings}; ${seeds.length === 1 ? "1 seed" : `mean of ${seeds.length} seeds`})`,
    row(
      "",
      figureNames.map((figure) => FIGURES[figure].heading),
    ),
    ...runs("ref", reference.runs),
    row("reference", cells(reference.mean)),
    ...runs("ours", ours.runs),
    row("ours", cells(ours.mean)),
    row("ours/ref", figureNames.map(share)),
  ].join("\n");
}

function cells(figures: Figures): string[] {
  return figureNames.map((figure) => figures[figure].toFixed(FIGURES[figure].digits));
}

function row(name: string, values: readonly string[]): string {
  return (name.padEnd(NAME_WIDTH) + values.map((value) => value.padStart(WIDTH)).join("")).trimEnd();
}

export function json(comparisons: readonly Comparison[], all: readonly Verdict[]): string {
  const results = comparisons.map(({ scenario, seeds, reference, ours }) => {
    const { name, title, settings, params } = scenario;
    return { name, title, settings, params, seeds, reference, ours };
  });
  return `${JSON.stringify({ scenarios: results, targets: all }, null, 2)}\n`;
}
