import { type Environment, Job } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset());
afterAll(() => job.remove());

test("a bucket without objects for the job changes nothing", () => {
  const { code, calls, environment } = job.object("other/env", "A=1").hook("environment");
  expect(code).toBe(0);
  expect(calls.filter((call) => call.includes("get-object") || call.startsWith("ssh"))).toEqual([]);
  expect(environment).not.toHaveProperty("A");
});

test("the bucket is asked for its keys three times, and then for those objects alone that exist", () => {
  job.object("env", "").object("web/env", "").object("secret-files/X_TOKEN", "").object("unrelated", "");
  const { calls } = job.hook("environment");
  expect(calls.filter((call) => call.includes("list-objects-v2"))).toHaveLength(3);
  expect(
    calls
      .filter((call) => call.includes("get-object"))
      .map((call) => /--key (\S+)/.exec(call)![1])
      .sort(),
  ).toEqual(["env", "secret-files/X_TOKEN", "web/env"]);
  expect(calls.filter((call) => call.startsWith("aws")).every((call) => call.includes("--region eu-central-1"))).toBe(
    true,
  );
});

const hostile = {
  SUBSTITUTION: "$(touch executed)",
  BACKTICKS: "`touch executed`",
  VARIABLE: "$HOME ${PATH}",
  QUOTES: `it's "quoted"`,
  BACKSLASHES: "C:\\temp\\n \\",
  NEWLINES: "first\nsecond\n",
  UNICODE: "Grüße 🚀",
  SPACES: "  two  spaces  ",
  SEMICOLON: "a; touch executed; b",
  GLOB: "* ? [a-z] ~",
};

describe("secret files", () => {
  test("arrive as they were uploaded, but for one line break at the end, and execute nothing", () => {
    for (const [name, content] of Object.entries(hostile)) {
      job
        .object(`secret-files/${name}_PASSWORD`, content)
        .object(`web/secret-files/deep/${name}_TOKEN`, `${content}\n`);
    }
    const { environment } = job.hook("environment");
    for (const [name, content] of Object.entries(hostile)) {
      expect([name, environment[`${name}_PASSWORD`]]).toEqual([name, content.replace(/\n$/, "")]);
      expect([name, environment[`${name}_TOKEN`]]).toEqual([name, content]);
    }
    expect(job.files("fake", "tmp").filter((path) => path.endsWith("executed"))).toEqual([]);
  });

  test("a pipeline's own wins over the root's, and both win over environment files", () => {
    job
      .object("env", "A_TOKEN=env\nB_TOKEN=env")
      .object("secret-files/A_TOKEN", "root")
      .object("secret-files/B_TOKEN", "root");
    job.object("web/secret-files/B_TOKEN", "web");
    expect(job.hook("environment").environment).toMatchObject({ A_TOKEN: "root", B_TOKEN: "web" });
  });

  test("a name that is no variable's, or no secret's, stays out", () => {
    const before = job.hook("environment").environment;
    const names = ["PATH", "LD_PRELOAD", "9_TOKEN", "A-B_TOKEN", "A_TOKEN[$(touch executed)]", "_token", "TOKEN"];
    for (const name of names) job.object(`secret-files/${name}`, "content");
    const after = job.hook("environment").environment;
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(after["PATH"]).toBe(before["PATH"]);
  });

  test("a folder whose name only begins like theirs is none of them", () => {
    job.object("secret-files-of-others/A_TOKEN", "theirs").object("web/secret-files-old/B_TOKEN", "old");
    const { environment } = job.hook("environment");
    expect(environment).not.toHaveProperty("A_TOKEN");
    expect(environment).not.toHaveProperty("B_TOKEN");
  });

  test("more than are fetched at once all arrive", () => {
    for (let i = 0; i < 15; i++) job.object(`secret-files/N${i}_TOKEN`, `content ${i}`);
    const { environment } = job.hook("environment");
    for (let i = 0; i < 15; i++) expect(environment[`N${i}_TOKEN`]).toBe(`content ${i}`);
  });

  test("one that no program could be started with is left out and named", () => {
    job.object("secret-files/BIG_TOKEN", "x".repeat(100_001));
    const { code, log, environment } = job.hook("environment");
    expect([code, environment["BIG_TOKEN"]]).toEqual([0, undefined]);
    expect(log).toContain("the secret secret-files/BIG_TOKEN is too large for a variable");
  });
});

describe("the pipeline's place in the bucket", () => {
  beforeEach(() => job.object("web/env", "FROM=web").object("teams/ci/env", "FROM=teams/ci"));
  const prefix = (value: string) => ({ BUILDKITE_PLUGIN_S3_SECRETS_BUCKET_PREFIX: value });

  test.each([
    { given: {}, from: "web" },
    { given: prefix("teams/ci"), from: "teams/ci" },
    { given: prefix("teams/ci/"), from: "teams/ci" },
  ])("$given: secrets of $from", ({ given, from }) => {
    expect(job.hook("environment", given).environment["FROM"]).toBe(from);
  });

  test("a job cannot choose another one where the stack limits its agents' jobs", () => {
    job.write("etc/buildkite-elastic-ci-stack/allowed-jobs", "web\0\0\0");
    expect(job.hook("environment", prefix("teams/ci")).environment["FROM"]).toBe("web");
    job.delete("etc/buildkite-elastic-ci-stack/allowed-jobs");
  });

  test.each(["/", "a b", "../x'y", "$(id)", "a//b"])("%j is refused", (value) => {
    const { code, log } = job.hook("environment", prefix(value));
    expect(code).toBe(53);
    expect(log).toContain("The secrets' prefix must be folders");
  });

  test("a job cannot choose another bucket", () => {
    const { calls } = job.hook("environment", {
      BUILDKITE_PLUGIN_S3_SECRETS_BUCKET: "evil",
      BUILDKITE_SECRETS_BUCKET: "evil",
      BUILDKITE_SECRETS_BUCKET_REGION: "evil",
    });
    expect(calls.filter((call) => call.includes("evil"))).toEqual([]);
  });
});

describe("when AWS does not give a secret", () => {
  test("one that may not be read is named, and the job goes on with the others", () => {
    job.object("env", "A=1").object("web/env", "B=2").set("denied/env", "");
    const { code, log, environment } = job.hook("environment");
    expect([code, environment["A"], environment["B"]]).toEqual([0, undefined, "2"]);
    expect(log).toContain("this instance may not read the secret env");
  });

  test.each([
    {
      what: "an object that does not come",
      broken: () => job.object("env", "A=1").set("broken/env", ""),
      says: "The secret env could not be fetched: no answer",
    },
    {
      what: "a bucket that is not there",
      broken: () => job.set("no-bucket", ""),
      says: "The secrets bucket could not be read: NoSuchBucket",
    },
    {
      what: "an object with a NUL",
      broken: () => job.object("env", "A=1\0the rest"),
      says: "The secret env could not be fetched: it holds a NUL character",
    },
  ])("$what refuses the job, with the reason but not the bucket's name or any content", ({ broken, says }) => {
    broken();
    const { code, log } = job.hook("environment");
    expect(code).toBe(53);
    expect(log).toContain(says);
    expect(log).not.toMatch(/our-secrets|the rest/);
  });
});

describe("nobody gets to see a secret", () => {
  beforeEach(() => {
    job
      .object("env", "DB_PASSWORD=visible-1")
      .object("secret-files/X_TOKEN", "visible-2")
      .object("private_ssh_key", "visible-3");
  });

  test("no program gets one as an argument, and the log has none, tracing or not", () => {
    const { log, calls } = job.hook("environment", { SHELLOPTS: "xtrace", BASH_XTRACEFD: "1" });
    expect(log).toContain("set +o xtrace");
    expect(log + calls.join("\n")).not.toContain("visible-");
  });

  test("no file is written on the way", () => {
    job.hook("environment");
    expect(job.read("fake/ssh-keys")).toContain("visible-3");
    expect(job.files("tmp")).toEqual([]);
  });

  test("the agent is told what to redact when all are there", () => {
    const { calls } = job.hook("environment");
    expect(calls).toContain("buildkite-agent redactor add --format json");
    expect(job.read("fake/redacted").split("\0")).toEqual(
      expect.arrayContaining(["DB_PASSWORD=visible-1", "X_TOKEN=visible-2"]),
    );
  });

  test("what the redactor says is no part of the hook, and an agent without one is only warned of", () => {
    const { code, log } = job.set("redactor-fails", "").hook("environment");
    expect(code).toBe(0);
    expect(log).toContain("the agent does not redact these secrets");
    expect(log).not.toContain("this must not reach the hook");
  });
});

test.each<{ who: string; settings: Environment; given: Environment }>([
  { who: "the stack", settings: { PLUGINS_ENABLED: "ecr docker-login" }, given: {} },
  { who: "the stack, without a bucket", settings: { BUILDKITE_SECRETS_BUCKET: "" }, given: {} },
  { who: "the job", settings: {}, given: { SECRETS_PLUGIN_ENABLED: "false" } },
  { who: "the job, in a word that is not yes", settings: {}, given: { SECRETS_PLUGIN_ENABLED: "none" } },
])("$who can leave secrets out", ({ settings, given }) => {
  const { code, calls } = job.settings(settings).object("env", "A=1").hook("environment", given);
  expect([code, calls.filter((call) => call.startsWith("aws"))]).toEqual([0, []]);
});
