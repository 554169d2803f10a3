import { readFileSync } from "node:fs";
import { join } from "node:path";
import { JobCheck } from "../../harness/job-check";
import { addresses } from "./job-cases/addresses";
import { commitsAndPipelines } from "./job-cases/commits";
import { plugins } from "./job-cases/plugins";
import { variables } from "./job-cases/variables";

/** The table of all that the check of jobs promises: what is taken, what is refused, and why. */
const groups = { addresses, commitsAndPipelines, plugins, variables };
const check = new JobCheck();
afterAll(() => {
  check.remove();
});

describe.each(Object.entries(groups))("%s", (_, cases) => {
  const verdicts = check.judge(cases);

  test.each(cases.map((one, index) => ({ ...one, verdict: one.taken ? "taken" : "refused", index })))(
    "$verdict under $lists: $why",
    ({ taken, index }) => {
      const { code, said } = verdicts[index]!;
      expect({ taken: code === 0, said }).toEqual({
        taken,
        said: taken ? "" : (expect.stringMatching(/^This agent does not take the job: .+\n$/) as string),
      });
    },
  );
});

test("every refusal has a reason of its own, but for what no job of Buildkite can say", () => {
  const all = Object.values(groups).flat();
  const verdicts = check.judge(all);
  expect(all.flatMap(({ why }, index) => (verdicts[index]!.said.includes("cannot be checked") ? why : []))).toEqual([
    "a number for a plugin",
    "no JSON",
    "JSON and more, of which the agent reads the beginning",
    "a variable that is no text",
  ]);
});

test("a variable that refuses a job is named", () => {
  const verdicts = check.judge(variables);
  const plain = variables.flatMap(({ taken, job }, index) => {
    const name = Object.keys(job)[0]!;
    return !taken && /^\w+$/.test(name) ? [{ name, said: verdicts[index]!.said }] : [];
  });
  expect(plain.length).toBeGreaterThan(90);
  expect(plain.filter(({ name, said }) => !said.includes(name) && !said.includes("cannot be checked"))).toEqual([]);
});

describe("the README's table of variables", () => {
  const readme = readFileSync(join(__dirname, "../../../README.md"), "utf8");
  const rows = /### What a job may set\n(.*?)\n\nBuildkite's secrets/s.exec(readme)![1]!.matchAll(/^\| (`.+?) +\|/gm);
  const named = [...rows].flatMap(([, cell]) => [...cell!.matchAll(/`([A-Z_0-9*]+)`/gi)].map(([, name]) => name!));
  const all = Object.values(groups).flat();
  const fits = (pattern: string, name: string) =>
    new RegExp(`^${pattern.replace("*", ".*")}$`, pattern.endsWith("PROXY") ? "i" : "").test(name);

  test.each(named)("%s has a case", (pattern) => {
    expect(all.some(({ job }) => Object.keys(job).some((name) => fits(pattern, name)))).toBe(true);
  });

  test("has every variable that can refuse a job", () => {
    const names = all.flatMap(({ taken, job }) => (taken ? [] : Object.keys(job).filter((name) => /^\w+$/.test(name))));
    const known = [...named, "BUILDKITE_PIPELINE_*"];
    expect(names.filter((name) => !known.some((pattern) => fits(pattern, name)))).toEqual([]);
  });
});
