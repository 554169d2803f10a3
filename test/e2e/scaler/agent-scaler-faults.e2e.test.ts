import { ScalerBundle, type ScalerRun } from "../../harness/scaler/scaler-process";
import { NEEDED, ScalerScene } from "../../harness/scaler/scaler-scene";
import * as cases from "../../harness/fault-cases";
import { instanceCases } from "../../harness/fault-cases-of-instances";

/** Processes that run at the same time; some of them only wait for an answer that never comes. */
const AT_ONCE = 8;
/** Longer than the pause that a failed poll causes. */
const PAUSE_MS = 250;

const rows: readonly cases.FaultCase[] = [
  ...cases.buildkiteCases,
  ...cases.autoScalingCases,
  ...cases.historyCases,
  ...cases.tokenCases,
  ...cases.memoryCases,
  ...cases.harmlessCases,
  ...instanceCases,
];

let bundle: ScalerBundle;
const runs = new Map<string, { run: ScalerRun; scene: ScalerScene }>();

beforeAll(async () => {
  bundle = ScalerBundle.build();
  const waiting = [...rows];
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await play(row);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 600_000);

afterAll(() => bundle.remove());

async function play({ name, arrange, environment = {}, invocations = [{}, {}] }: cases.FaultCase): Promise<void> {
  const scene = await ScalerScene.start();
  arrange(scene);
  const run = await scene.run(bundle, { environment, invocations, pauseMs: PAUSE_MS });
  await scene.stop();
  runs.set(name, { run, scene });
}

test.each(rows)("$name", ({ name, errors, fails, writes = [NEEDED], check }) => {
  const { run, scene } = runs.get(name)!;
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const told = run.lines.filter(({ level }) => level === "error");
  expect(told.map(({ stage, message }) => [stage, message])).toEqual(
    errors.map(([stage, message]) => [stage, expect.stringMatching(message)]),
  );
  expect(told.filter(({ message }) => String(message).includes("\n"))).toEqual([]);
  const [first, ...others] = run.invocations;
  if (fails) expect(first?.error).toMatch(errors[0]![1]);
  else expect(first).toEqual({ result: null });
  expect(others.every(({ result }) => result === null)).toBe(true);
  expect(scene.written()).toEqual(writes);
  check?.(scene);
});
