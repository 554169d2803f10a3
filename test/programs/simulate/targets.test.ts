import type { Comparison } from "../../../programs/simulate/comparison";
import { figureNames, type Figures } from "../../../programs/simulate/figures";
import { scenarios } from "../../../programs/simulate/scenarios";
import { verdictLines, verdicts } from "../../../programs/simulate/targets";

const all = (value: number) => Object.fromEntries(figureNames.map((figure) => [figure, value])) as Figures;

function comparison(name: string, ours: Partial<Figures>): Comparison {
  const outcome = (figures: Figures) => ({ runs: [figures], mean: figures });
  const scenario = scenarios.find((one) => one.name === name)!;
  return { scenario, seeds: [1], reference: outcome(all(100)), ours: outcome({ ...all(100), ...ours }) };
}

const failing = (name: string, ours: Partial<Figures>) =>
  verdicts([comparison(name, ours)]).flatMap(({ kept, figure }) => (kept ? [] : [figure]));

const rows = [
  ["office-day", { waitP95: 75 }, []],
  ["office-day", { waitP95: 76 }, ["waitP95"]],
  ["office-day", { waitP95: 75, instanceHours: 106 }, ["instanceHours"]],
  ["stuck-job", { uselessLaunches: 20 }, []],
  ["stuck-job", { uselessLaunches: 21 }, ["uselessLaunches"]],
  ["idle-day", { functionSeconds: 51 }, ["functionSeconds"]],
  ["burst", { waitP95: 105, waitMean: 105, launches: 500 }, []],
  ["burst", { waitP95: 106 }, ["waitP95"]],
  ["burst", { functionSeconds: 106 }, ["functionSeconds"]],
] as const;

test.each(rows)("%s with %j breaks the promises %j", (name, ours, broken) => {
  expect(failing(name, ours)).toEqual(broken);
});

test("five seconds more are no worse, however small the wait was", () => {
  const short = comparison("burst", {});
  const slow: Comparison = {
    ...short,
    reference: { runs: [], mean: all(2) },
    ours: { runs: [], mean: { ...all(2), waitP95: 7 } },
  };
  expect(verdicts([slow]).filter(({ kept }) => !kept)).toEqual([]);
});

test("every scenario with a promise of its own exists", () => {
  const names = verdicts(scenarios.map(({ name }) => comparison(name, {}))).map(({ scenario }) => scenario);
  expect(new Set(names)).toEqual(new Set(scenarios.map(({ name }) => name)));
});

test("the list names what was broken, and the reason of each exception", () => {
  const text = verdictLines(verdicts([comparison("small", { instanceHours: 120 })]));
  expect(text).toContain("FAIL  small: hours at most 1.05 of the reference: 120.0 against 100.0, ratio 1.20");
  expect(text).toContain("PASS  small: p95 at most 1.2 of the reference [");
  expect(text).toMatch(/^\[1\] /m);
});
