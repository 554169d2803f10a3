import { Job } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset());
afterAll(() => job.remove());

describe("environment files", () => {
  test("are run in the order root, pipeline: what comes later wins", () => {
    job
      .object("env", "A=env\nB=env\nC=env\nD=env\n")
      .object("environment", "B=environment\nC=environment\nD=environment");
    job.object("web/env", "C=web/env\nD=web/env").object("web/environment", "D=web/environment\n");
    expect(job.hook("environment").environment).toMatchObject({
      A: "env",
      B: "environment",
      C: "web/env",
      D: "web/environment",
    });
  });

  test("are the operator's own scripts: they may compute, and see the job", () => {
    job.object(
      "web/env",
      'export SUM=$((1 + 2))\nif [[ $BUILDKITE_PIPELINE_SLUG == web ]]; then MINE="$SUM $(echo three)"; fi',
    );
    expect(job.hook("environment").environment).toMatchObject({ SUM: "3", MINE: "3 three" });
  });

  test("one that fails refuses the job, and its text is not shown", () => {
    job.object("env", 'export A=1\nfalse "the password"\n');
    const { code, log } = job.hook("environment");
    expect(code).toBe(53);
    expect(log).toContain("the environment file env in the secrets bucket fails in line 2\n");
    expect(log).not.toContain("the password");
  });

  test.each([
    { what: "blanks without quotes", text: "A=1\n\nDB_PASSWORD=my S3CRET word\n", line: 3 },
    { what: "a quote that is not closed", text: "A=1\nDB_PASSWORD='S3CRET\nB=2\n", line: "\\d" },
    { what: "a word of bash that is out of place", text: "A=S3CRET\nfi S3CRET\n", line: 2 },
    { what: "an end of its own", text: "A=S3CRET\nexit 3 # S3CRET\n", line: "\\d" },
    { what: "an end of its own that seems fine", text: "A=S3CRET\nexit\n", line: "\\d" },
    { what: "strictness of its own", text: "set -u\nA=$S3CRET\n", line: "\\d" },
    { what: "a function that fails within", text: "f() {\n  false S3CRET\n  true\n}\nf\n", line: 2 },
  ])("one with $what refuses the job: object and line are named, and nothing that bash says of its text", (row) => {
    const { code, log } = job.object("env", "B=2").object("web/env", row.text).hook("environment");
    expect(code).toBe(53);
    expect(log).toMatch(new RegExp(`the environment file web/env in the secrets bucket fails in line ${row.line}\n`));
    expect(log).not.toContain("S3CRET");
  });

  test.each([
    { what: "a false condition at its end", text: "A=1\n[[ $BUILDKITE_BRANCH == main ]] && export D=1\n" },
    { what: "a false condition at the end of a function", text: "A=1\nf() { [[ x == y ]] && export D=1; }\nf\n" },
    { what: "a condition alone", text: "A=1\n[ x = y ]\n(( 0 ))\n[[ x == y ]]" },
    { what: "a variable that nobody has set", text: "A=1$NOBODY_HAS_SET_THIS\n" },
    { what: "a pipe whose beginning fails", text: "A=$(false | echo 1)\n" },
    { what: "a return of its own", text: "A=1\n[[ x == y ]] || return\nfalse\n" },
    { what: "a backslash at its end", text: "A=1\\" },
    { what: "complaints", text: "A=1\necho S3CRET >&2\nset -x\nB=S3CRET\n" },
    { what: "line ends of Windows", text: "A=1\r\nif true; then\r\n  B=2\r\nfi\r\n" },
    { what: "a byte order mark", text: "\ufeffA=1\n" },
  ])("one with $what is no failure", ({ text }) => {
    const { code, log, environment } = job.object("env", text).object("web/env", "LATER=yes").hook("environment");
    expect([code, log]).toEqual([0, expect.not.stringContaining("S3CRET")]);
    expect(environment).toMatchObject({ A: "1", LATER: "yes" });
    expect(Object.keys(environment).filter((name) => name.startsWith("stack_"))).toEqual([]);
  });

  test("may use variables of any name", () => {
    const names = ["i", "key", "name", "line", "content", "prefix", "root", "bucket", "REPLY", "n"];
    job.object("env", names.map((name) => `${name}=mine`).join("\n")).object("web/env", "LATER=yes");
    const { environment } = job.hook("environment");
    expect(names.filter((name) => environment[name] !== "mine")).toEqual([]);
    expect(environment["LATER"]).toBe("yes");
  });
});
