import { demoJobs } from "../../../programs/demo/jobs";

const waves = [
  { from: 30, to: 40, jobs: 3 },
  { from: 2, to: 5, jobs: 20 },
];

test("the same seed gives the same jobs, another one gives others", () => {
  expect(demoJobs(1)).toEqual(demoJobs(1));
  expect(demoJobs(1)).not.toEqual(demoJobs(2));
});

test("every wave brings its jobs in its time, and all come in order", () => {
  const arrivals = demoJobs(7, waves).map(({ arrives }) => arrives);
  expect(arrivals.filter((time) => time >= 2 && time < 5)).toHaveLength(20);
  expect(arrivals.filter((time) => time >= 30 && time < 40)).toHaveLength(3);
  expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
});

test("no job takes less than four seconds or more than nine", () => {
  const lengths = demoJobs(3).map(({ seconds }) => seconds);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(4);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(9);
});
