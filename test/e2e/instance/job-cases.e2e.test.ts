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
