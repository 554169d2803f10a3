import type { Build } from "./host";
import type { Random } from "./random";

/** Load in each hour of a working day, as a share of the busiest hour's. */
const OFFICE_HOURS = [
  0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.05, 0.2, 0.6, 0.9, 1, 1, 0.8, 0.9, 1, 1, 0.9, 0.8, 0.5, 0.3, 0.2, 0.1, 0.05,
  0.05,
];

/** Before the end of the last day, so that its builds are finished. */
const LAST_BUILD_SECONDS = 1800;

export interface OfficeLoad {
  readonly days: number;
  /** Builds in the busiest hour. */
  readonly buildsPerHour: number;
  /** Share of builds that stop at a block step for good. */
  readonly blockedShare: number;
  /** Parallel test jobs, fewest and most. */
  readonly tests: readonly [number, number];
  readonly testMinutes: number;
}

/** A job that prepares, parallel tests, a job that publishes: five days of a week. */
export function* officeBuilds(load: OfficeLoad, random: Random): Generator<Build> {
  const end = load.days * 86_400 - LAST_BUILD_SECONDS;
  for (let at = 0; ;) {
    at += random.exponential(3600 / load.buildsPerHour);
    if (at >= end) return;
    const day = Math.floor(at / 86_400);
    const share = day % 7 >= 5 ? 0.02 : OFFICE_HOURS[Math.floor((at % 86_400) / 3600)]!;
    if (random.chance(share)) yield officeBuild(at, load, random);
  }
}

function officeBuild(at: number, { tests, testMinutes, blockedShare }: OfficeLoad, random: Random): Build {
  const count = random.between(...tests);
  const stages = [
    [random.logNormal(90, 0.4)],
    Array.from({ length: count }, () => random.logNormal(testMinutes * 60, 0.5)),
    [random.logNormal(60, 0.4)],
  ];
  return { at, stages, ...(random.chance(blockedShare) && { blockedBefore: 1 }) };
}

/** One job an hour from nine to seven. */
export function* hourlyBuilds(random: Random): Generator<Build> {
  for (let hour = 9; hour < 19; hour++) {
    yield { at: hour * 3600 + random.within(0, 3600), stages: [[random.within(30, 60)]] };
  }
}

/** All of them in one build. */
export function* atOnce(hour: number, jobs: number, medianSeconds: number, random: Random): Generator<Build> {
  yield { at: hour * 3600, stages: [Array.from({ length: jobs }, () => random.logNormal(medianSeconds, 0.5))] };
}

type Span = readonly [from: number, to: number];

/** Jobs by themselves at an even pace between two hours. */
export function* steadyJobs([from, to]: Span, perHour: number, seconds: Span, random: Random): Generator<Build> {
  for (let at = from * 3600; ;) {
    at += random.exponential(3600 / perHour);
    if (at >= to * 3600) return;
    yield { at, stages: [[random.within(...seconds)]] };
  }
}

/** Jobs by themselves, more and more of them until four fifths of the time are over. */
export function* risingJobs(hours: number, perHour: number, seconds: Span, random: Random): Generator<Build> {
  for (let at = 0; ;) {
    const share = Math.min(Math.max(at / (hours * 3600 * 0.8), 0.02), 1);
    at += random.exponential(3600 / (perHour * share));
    if (at >= hours * 3600) return;
    yield { at, stages: [[random.within(...seconds)]] };
  }
}

/** Hours of short jobs, then suddenly long ones, for which the estimated throughput is wrong. */
export function* changingJobs(random: Random): Generator<Build> {
  yield* steadyJobs([0, 4], 900, [40, 80], random);
  yield* steadyJobs([4, 9], 20, [2400, 4800], random);
}
