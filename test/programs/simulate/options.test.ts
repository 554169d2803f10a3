import { parse, UsageError } from "../../../programs/simulate/options";
import { scenarios } from "../../../programs/simulate/scenarios";

const wrong: readonly (readonly [string[], string])[] = [
  [["--scenario", "office"], '--scenario "office": there is no such scenario, only office-day, '],
  [["--seeds", "0"], '--seeds "0": it must be a whole number from 1 to 100.'],
  [["--seeds", "five"], '--seeds "five": it must be a whole number from 1 to 100.'],
  [["--json", "no/such/folder/file"], '--json "no/such/folder/file": there is no folder '],
  [["--plot", ""], "--plot: the name of the file is missing."],
  [["--plots", "a.svg"], "Unknown option '--plots'."],
  [["office-day"], "Unexpected argument 'office-day'."],
];

test.each(wrong)("%j is refused with a sentence that says why", (args, message) => {
  expect(() => parse(args)).toThrow(UsageError);
  expect(() => parse(args)).toThrow(message);
});

test("without options every scenario is played", () => {
  expect(parse([])).toEqual({ help: false, scenarios, seeds: undefined, json: undefined, plot: undefined });
});

test("scenarios are played once each, in the order of the call", () => {
  const { scenarios: chosen, seeds } = parse([
    "--scenario",
    "small",
    "--scenario",
    "burst",
    "--scenario",
    "small",
    "--seeds",
    "2",
  ]);
  expect(chosen.map(({ name }) => name)).toEqual(["small", "burst"]);
  expect(seeds).toBe(2);
});

test("no two scenarios have one name", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
