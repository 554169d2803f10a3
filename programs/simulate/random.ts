import { RandomNumbers } from "../../test/harness/random-numbers";

/** An independent stream for each purpose, so that both policies get the same random numbers. */
export class Random extends RandomNumbers {
  constructor(seed: number, stream: string) {
    let hash = 2166136261;
    for (const character of `${seed}/${stream}`) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    super(hash);
  }

  /** Uniform, at least `low` and below `high`. */
  within(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Half of the values lie below the median; a spread of 0.5 puts one in twenty above 2.3 medians. */
  logNormal(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(spread * normal);
  }
}
