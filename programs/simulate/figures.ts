import type { Measures } from "./measures";

/** The measures in the table, in the order of its columns. Waits and function time are in seconds. */
export const FIGURES = {
  waitP50: { heading: "p50", digits: 0 },
  waitP95: { heading: "p95", digits: 0 },
  waitMax: { heading: "max", digits: 0 },
  waitMean: { heading: "mean wait", digits: 1 },
  instanceHours: { heading: "hours", digits: 1 },
  wastedHours: { heading: "wasted", digits: 1 },
  launches: { heading: "launches", digits: 0 },
  uselessLaunches: { heading: "useless", digits: 0 },
  thrash: { heading: "thrash", digits: 0 },
  capacityWrites: { heading: "writes", digits: 0 },
  apiCalls: { heading: "API calls", digits: 0 },
  functionSeconds: { heading: "function s", digits: 0 },
} as const satisfies Readonly<Record<string, { readonly heading: string; readonly digits: number }>>;

export type Figure = keyof typeof FIGURES;
export type Figures = Readonly<Record<Figure, number>>;

export const figureNames = Object.keys(FIGURES) as readonly Figure[];

export function figuresOf(measures: Measures): Figures {
  const waits = Float64Array.from(measures.waits).sort();
  // The smallest wait that at least this share of the jobs does not exceed.
  const percentile = (share: number) => waits[Math.max(Math.ceil(share * waits.length) - 1, 0)] ?? 0;
  return {
    waitP50: percentile(0.5),
    waitP95: percentile(0.95),
    waitMax: percentile(1),
    waitMean: waits.reduce((sum, wait) => sum + wait, 0) / Math.max(waits.length, 1),
    instanceHours: measures.instanceHours,
    wastedHours: measures.wastedHours,
    launches: measures.launches,
    uselessLaunches: measures.uselessLaunches,
    thrash: measures.thrash,
    capacityWrites: measures.capacityWrites,
    apiCalls: measures.buildkiteCalls + measures.awsCalls,
    functionSeconds: measures.billedSeconds,
  };
}

export function meanOf(runs: readonly Figures[]): Figures {
  const mean = (figure: Figure) => runs.reduce((sum, run) => sum + run[figure], 0) / runs.length;
  return Object.fromEntries(figureNames.map((figure) => [figure, mean(figure)])) as Figures;
}

/** Ours divided by the reference; undefined where the reference is 0 and ours is not. */
export function ratio(ours: number, reference: number): number | undefined {
  if (reference === 0) return ours === 0 ? 1 : undefined;
  return ours / reference;
}
