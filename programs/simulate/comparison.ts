import { type Figures, figuresOf, meanOf } from "./figures";
import { ours } from "./our-scaler";
import { reference } from "./reference-scaler";
import { type Policy, type Scenario, simulate } from "./simulation";

export interface Outcome {
  /** One for each seed. */
  readonly runs: readonly Figures[];
  readonly mean: Figures;
}

/** Both policies in one scenario, with the same seeds. */
export interface Comparison {
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  readonly reference: Outcome;
  readonly ours: Outcome;
}

export function compare(scenario: Scenario, seeds: readonly number[]): Comparison {
  const outcome = (policy: Policy): Outcome => {
    const runs = seeds.map((seed) => figuresOf(simulate(scenario, policy, seed).measures));
    return { runs, mean: meanOf(runs) };
  };
  return { scenario, seeds, reference: outcome(reference), ours: outcome(ours) };
}
