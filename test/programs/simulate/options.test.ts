import { type Options, simulateCommand } from "../../../programs/simulate/options";
import { scenarios } from "../../../programs/simulate/scenarios";
import { run } from "../../../src/cli/command-line";

async function call(...args: string[]) {
  const played: Options[] = [];
  const said: string[] = [];
  const output = { log: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const code = await run(
    simulateCommand((options) => played.push(options)),
    args,
    output,
  );
  return { code, said, played };
}

test.each<[string[], RegExp]>([
  [
    ["--scenario", "office"],
    /'--scenario <NAME\.\.\.>' argument 'office' is invalid\. Allowed choices are office-day, /,
  ],
  [["--seeds", "0"], /'--seeds <N>' argument '0' is invalid\. It must be a whole number from 1 to 100\./],
  [["--seeds", "five"], /'--seeds <N>' argument 'five' is invalid\. It must be a whole number from 1 to 100\./],
  [["--json", "no/such/folder/file"], /argument 'no\/such\/folder\/file' is invalid\. There is no folder /],
  [["--plot", ""], /'--plot <FILE>' argument '' is invalid\. It must be a path\./],
  [["--plots", "a.svg"], /unknown option '--plots'\. Did you mean --plot\?/],
  [["office-day"], /"office-day" belongs to no option\./],
])("%j is refused with a sentence that says why, and nothing is played", async (args, message) => {
  const { code, said, played } = await call(...args);
  expect({ code, played }).toEqual({ code: 2, played: [] });
  expect(said).toEqual([expect.stringMatching(message), expect.stringMatching(/^Try --help/)]);
});

test("without options every scenario is played", async () => {
  const { played } = await call();
  expect(played).toEqual([{ scenarios, seeds: undefined, json: undefined, plot: undefined }]);
});

test("scenarios are played once each, in the order of the call", async () => {
  const { played } = await call("--scenario", "small", "--scenario", "burst", "small", "--seeds", "2");
  expect(played[0]!.scenarios.map(({ name }) => name)).toEqual(["small", "burst"]);
  expect(played[0]!.seeds).toBe(2);
});

test("a promise that is not kept is exit code 1", async () => {
  const errors: string[] = [];
  const output = { log: () => undefined, error: (text: string) => errors.push(text) };
  const play = () => {
    throw new Error("not every promise is kept.");
  };
  expect(await run(simulateCommand(play), [], output)).toBe(1);
  expect(errors).toEqual(["Error: not every promise is kept."]);
});

test("no two scenarios have one name", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
