import { figuresOf } from "../../../programs/simulate/figures";
import { ours } from "../../../programs/simulate/our-scaler";
import { Random } from "../../../programs/simulate/random";
import { reference } from "../../../programs/simulate/reference-scaler";
import { scenarios } from "../../../programs/simulate/scenarios";
import { type Policy, type Scenario, simulate } from "../../../programs/simulate/simulation";

const named = (name: string): Scenario => scenarios.find((scenario) => scenario.name === name)!;
const policies: readonly (readonly [string, Policy])[] = [
  ["reference", reference],
  ["ours", ours],
];
const runs = ["office-day", "spot-storms", "four-agent-hosts", "paused", "blocked-builds"].flatMap((scenario) =>
  policies.map(([policy, scaler]) => ({ scenario, policy, scaler })),
);

test.each(runs)("every job is started and finished once, in $scenario under $policy", ({ scenario, scaler }) => {
  const { measures } = simulate(named(scenario), scaler, 1);
  expect(measures.jobs).toBeGreaterThan(300);
  expect(measures.finished).toBe(measures.jobs);
  expect(measures.waits).toHaveLength(measures.jobs + measures.interrupted);
  expect(Math.min(...measures.waits)).toBeGreaterThanOrEqual(1);
});

test("Spot interruptions interrupt jobs, which then run again", () => {
  expect(simulate(named("spot-storms"), ours, 1).measures.interrupted).toBeGreaterThan(10);
});

test.each(policies)("the hours of %s are those that instances were alive", (_, scaler) => {
  const scenario = named("paused");
  const samples = scenario.hours * 360;
  const run = simulate(scenario, scaler, 2, samples);
  const alive = run.samples.reduce((sum, sample) => sum + sample.alive, 0) / 360;
  expect(run.measures.instanceHours / alive).toBeCloseTo(1, 2);
});

/** Hours of all jobs if each ran once. */
function jobHours(scenario: Scenario, seed: number): number {
  const builds = [...scenario.builds(new Random(seed, "builds"))];
  return builds.flatMap(({ stages }) => stages.flat()).reduce((sum, seconds) => sum + seconds, 0) / 3600;
}

test("the hours that are not wasted are those of the jobs, with one agent for each instance", () => {
  const { measures } = simulate(named("office-day"), ours, 1);
  expect(measures.instanceHours - measures.wastedHours).toBeCloseTo(jobHours(named("office-day"), 1), 6);
});

test("an interrupted job was no waste of the instance, although it runs again", () => {
  const { measures } = simulate(named("spot-storms"), ours, 1);
  expect(measures.instanceHours - measures.wastedHours).toBeGreaterThan(jobHours(named("spot-storms"), 1) + 0.1);
});

test.each(policies)("a seed always gives the same run of %s, and another seed another one", (_, scaler) => {
  const figures = (seed: number) => figuresOf(simulate(named("paused"), scaler, seed).measures);
  expect(figures(3)).toEqual(figures(3));
  expect(figures(4)).not.toEqual(figures(3));
});

test("both policies get the same builds", () => {
  const jobs = policies.map(([, scaler]) => simulate(named("office-day"), scaler, 5).measures.jobs);
  expect(jobs[0]).toBe(jobs[1]);
});
