import { type ChartLine, lineChart } from "../../test/harness/line-chart";
import { ours } from "./our-scaler";
import { reference } from "./reference-scaler";
import { type Sample, type Scenario, simulate } from "./simulation";

const SAMPLES = 720;

/** Jobs and instances over the hours, both policies upon each other. */
export function picture(scenario: Scenario, seed: number): string {
  const runs = [
    { name: "reference", color: "#d55e00", samples: simulate(scenario, reference, seed, SAMPLES).samples },
    { name: "ours", color: "#0072b2", samples: simulate(scenario, ours, seed, SAMPLES).samples },
  ];
  const lines = (value: (sample: Sample) => number) =>
    runs.map(({ name, color, samples }): ChartLine => ({
      name,
      color,
      step: true,
      points: samples.map((sample) => [sample.time / 3600, value(sample)]),
    }));
  return lineChart({
    title: `${scenario.title}, with ${scenario.settings}`,
    xLabel: "hours",
    panels: [
      { title: "Jobs that wait for an agent", yLabel: "jobs", lines: lines(({ scheduled }) => scheduled) },
      { title: "Running jobs", yLabel: "jobs", lines: lines(({ running }) => running) },
      { title: "Instances", yLabel: "instances", lines: lines(({ alive }) => alive) },
    ],
  });
}
