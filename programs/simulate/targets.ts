import type { Comparison } from "./comparison";
import { type Figure, FIGURES } from "./figures";

export interface Target {
  readonly scenario: string;
  readonly figure: Figure;
  /** The most that ours may be, as a multiple of the reference. */
  readonly limit: number;
  /** Why the limit is higher than for the other scenarios. */
  readonly because?: string;
}

export interface Verdict extends Target {
  readonly reference: number;
  readonly ours: number;
  readonly kept: boolean;
}

const better: readonly Target[] = [
  { scenario: "office-day", figure: "waitP95", limit: 0.75 },
  { scenario: "stuck-job", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "stuck-job-code", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "blocked-builds", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "slow-boot-small", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "slow-boot-small-code", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "paused", figure: "uselessLaunches", limit: 0.2 },
  { scenario: "idle-day", figure: "functionSeconds", limit: 0.5 },
];

/** Figures that cost money or time. */
const NEVER_WORSE: readonly Figure[] = ["waitMean", "waitP95", "instanceHours", "apiCalls", "functionSeconds"];
const NEVER_WORSE_LIMIT = 1.05;
/** Waits may be this much longer, because of small waits a ratio says little. */
const WAIT_TOLERANCE_SECONDS = 5;

const QUIET =
  "a queue that slept for two hours is looked at once a minute, which saves nine tenths of the function's time: the first job of a day waits up to 50 s more";
const POLLS =
  "six polls a minute instead of five, without a gap of 18 s, and a look into the memory; neither AWS nor Buildkite charges for these calls";

const WRITES =
  "a load that rises all the time is followed at once, by many small raises; each costs three more calls, and none of them is charged for";

const BOOSTS =
  "with the code's defaults the reference adds an instance at every poll while others boot: seconds, paid for with many more instance-hours";

const REPLACED =
  "hosts whose agents never come are made up for as soon as jobs wait: jobs wait about two thirds as long, paid for with a few more instance-hours";

const exceptions: readonly Required<Target>[] = [
  { scenario: "office-day-code", figure: "waitMean", limit: 1.2, because: BOOSTS },
  { scenario: "slow-boot-small-code", figure: "waitMean", limit: 1.1, because: BOOSTS },
  { scenario: "boot-failures", figure: "instanceHours", limit: 1.1, because: REPLACED },
  { scenario: "rising-load", figure: "apiCalls", limit: 1.35, because: WRITES },
  { scenario: "small", figure: "waitP95", limit: 1.2, because: QUIET },
  { scenario: "small-code", figure: "waitP95", limit: 1.2, because: QUIET },
];

/** Every promise about these comparisons, kept or not. */
export function verdicts(comparisons: readonly Comparison[]): readonly Verdict[] {
  return comparisons.flatMap((comparison) => targetsFor(comparison.scenario.name).map((one) => judge(one, comparison)));
}

function targetsFor(scenario: string): readonly Target[] {
  const own = better.filter((target) => target.scenario === scenario);
  const general = NEVER_WORSE.filter((figure) => !own.some((target) => target.figure === figure)).map(
    (figure): Target =>
      exceptions.find((target) => target.scenario === scenario && target.figure === figure) ?? {
        scenario,
        figure,
        ...(figure === "apiCalls" ? { limit: 1.25, because: POLLS } : { limit: NEVER_WORSE_LIMIT }),
      },
  );
  return [...own, ...general];
}

function judge(target: Target, comparison: Comparison): Verdict {
  const reference = comparison.reference.mean[target.figure];
  const ours = comparison.ours.mean[target.figure];
  const tolerance = target.figure.startsWith("wait") && target.limit >= 1 ? WAIT_TOLERANCE_SECONDS : 0;
  const most = Math.max(reference * target.limit, reference + tolerance);
  return { ...target, reference, ours, kept: ours <= (target.limit < 1 ? reference * target.limit : most) };
}

/** One line for each promise that is not kept, that is an exception, or whose limit is below 1. */
export function verdictLines(all: readonly Verdict[]): string {
  const telling = all.filter(({ kept, limit, because }) => !kept || limit < 1 || because !== undefined);
  const reasons = [...new Set(telling.flatMap(({ because }) => because ?? []))];
  const line = (verdict: Verdict) => {
    const { kept, scenario, figure, reference, ours, limit, because } = verdict;
    const { heading, digits } = FIGURES[figure];
    const measured = `${ours.toFixed(digits)} against ${reference.toFixed(digits)}`;
    const share = reference === 0 ? "" : `, ratio ${(ours / reference).toFixed(2)}`;
    const note = because === undefined ? "" : ` [${reasons.indexOf(because) + 1}]`;
    return `${kept ? "PASS" : "FAIL"}  ${scenario}: ${heading} at most ${limit} of the reference${note}: ${measured}${share}`;
  };
  const quiet = all.length - telling.length;
  const rest = `PASS  ${quiet} more: ${NEVER_WORSE.map((figure) => FIGURES[figure].heading).join(", ")} at most ${NEVER_WORSE_LIMIT} of the reference (waits: or 5 s more)`;
  return [
    ...telling.map(line),
    ...(quiet > 0 ? [rest] : []),
    ...reasons.map((reason, i) => `[${i + 1}] ${reason}`),
  ].join("\n");
}
