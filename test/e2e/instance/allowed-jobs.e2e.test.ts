import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JobCheck } from "../../harness/job-check";

const check = new JobCheck();
afterAll(() => {
  check.remove();
});

test("empty lists take every job", () => {
  expect(check.ask({}, { PIPELINE_SLUG: "anything", REPO: "/local", BRANCH: "" })).toEqual({
    code: 0,
    said: "",
    complained: "",
    annotations: "",
  });
});

test("all lists must take a job", () => {
  const given = { pipelines: ["web"], repositories: ["github.com/acme/*"], branches: ["main"] };
  expect(check.ask(given, {}).code).toBe(0);
  for (const job of [{ PIPELINE_SLUG: "x" }, { REPO: "git@github.com:x/web" }, { BRANCH: "x" }]) {
    expect([job, check.ask(given, job).code]).toEqual([job, 1]);
  }
});

describe("who is refused is told why", () => {
  test("in the agent's log, and at the job", () => {
    const { said, annotations } = check.ask({ pipelines: ["api", "deploy-*"] }, {});
    const message = 'This agent does not take the job: its pipeline is "web". Allowed: api, deploy-*';
    expect(said).toBe(`${message}\n`);
    expect(annotations).toBe(`annotate --style error --context refused-job-1 --scope job\n    ${message}\n`);
  });

  test("at the build where the agent knows no annotations of jobs", () => {
    const { code, annotations } = check.ask({ pipelines: ["api"] }, {}, { REJECTED: "--scope" });
    expect(code).toBe(1);
    expect(annotations.match(/^annotate.*$/gm)).toEqual([
      "annotate --style error --context refused-job-1 --scope job",
      "annotate --style error --context refused-job-1",
    ]);
  });

  test("without the credentials that an address may hold", () => {
    const { said, annotations } = check.ask(
      { repositories: ["github.com/acme/*"] },
      { REPO: "https://user:secret@github.com/a/../b" },
    );
    expect(said).toContain("is no plain https or ssh address");
    expect(said + annotations).not.toContain("secret");
  });

  test("in one line, whatever the job calls itself", () => {
    const { said, annotations } = check.ask({ branches: ["main"] }, { BRANCH: "</pre><script>`x`" });
    expect(said.split("\n")).toHaveLength(2);
    expect(annotations).toMatch(/^ {4}This agent/m);
  });
});

describe("whatever is odd refuses the job", () => {
  test.each<{ what: string; odd: () => void; environment?: Readonly<Record<string, string>> }>([
    { what: "no file about the job", odd: () => rmSync(check.job) },
    { what: "a file that is cut off", odd: () => writeFileSync(check.job, '{"BUILDKITE_PIPELINE_SLUG": "we') },
    { what: "a file with something else", odd: () => writeFileSync(check.job, '["web"]') },
    { what: "an empty file", odd: () => writeFileSync(check.job, "") },
    { what: "no lists", odd: () => rmSync(check.lists) },
    { what: "empty lists' file", odd: () => writeFileSync(check.lists, "") },
    { what: "lists that are cut off", odd: () => writeFileSync(check.lists, "web\0") },
    { what: "lists that are cut off later", odd: () => writeFileSync(check.lists, "web\0\0\0\0") },
    { what: "lists of an earlier version", odd: () => writeFileSync(check.lists, "web\0\0\0") },
    { what: "a list too many", odd: () => writeFileSync(check.lists, "web\0\0\0\0\0any\0") },
    { what: "an agent that names no file", odd: () => undefined, environment: { BUILDKITE_ENV_JSON_FILE: "" } },
    {
      what: "an agent without job",
      odd: () => undefined,
      environment: { BUILDKITE_JOB_ID: "", BUILDKITE_ENV_JSON_FILE: "/nonexistent" },
    },
    {
      what: "no program for annotations",
      odd: () => writeFileSync(check.job, "{}"),
      environment: { PATH: "/nonexistent" },
    },
  ])("$what", ({ odd, environment = {} }) => {
    expect(check.ask({ pipelines: ["web"] }, {}).code).toBe(0);
    odd();
    expect(check.run(environment).code).toBe(1);
  });

  test("the job's own variables and the agent's do not count", () => {
    const environment = {
      BUILDKITE_ALLOWED_PIPELINES: "*",
      BUILDKITE_PIPELINE_SLUG: "api",
      ELASTIC_STACK_ROOT: "/elsewhere",
      PYTHONPATH: check.root,
    };
    writeFileSync(join(check.root, "json.py"), "raise SystemExit(0)\n");
    expect(check.ask({ pipelines: ["api"] }, { ALLOWED_PIPELINES: "*" }, environment).code).toBe(1);
    rmSync(join(check.root, "json.py"));
  });
});
