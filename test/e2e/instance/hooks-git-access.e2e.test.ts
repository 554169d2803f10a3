import { type Environment, Job } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset());
afterAll(() => job.remove());

const keyOf = (name: string) => `-----BEGIN KEY-----\n${name}\n-----END KEY-----`;

describe("SSH keys", () => {
  test("every one is added, the pipeline's first, on standard input", () => {
    for (const name of ["id_rsa_github", "private_ssh_key", "web/id_rsa_github", "web/private_ssh_key"]) {
      job.object(name, keyOf(name));
    }
    const { calls, environment } = job.hook("environment");
    const added = job.read("fake/ssh-keys").match(/\S*(private_ssh_key|id_rsa_github)$/gm);
    expect(added).toEqual(["web/private_ssh_key", "web/id_rsa_github", "private_ssh_key", "id_rsa_github"]);
    expect(job.read("fake/ssh-keys")).toContain("-----END KEY-----\nin /tmp/ssh/agent.1");
    expect(calls.filter((call) => call.startsWith("ssh-agent"))).toHaveLength(1);
    expect(environment).toMatchObject({ SSH_AUTH_SOCK: "/tmp/ssh/agent.1", SSH_AGENT_PID: "4194399" });
  });

  test("an agent that the job has already gets them", () => {
    job.object("private_ssh_key", keyOf("root"));
    const { calls } = job.hook("environment", { SSH_AUTH_SOCK: "/own", SSH_AGENT_PID: "7" });
    expect(job.read("fake/ssh-keys")).toContain("in /own");
    expect(calls.filter((call) => call.startsWith("ssh-agent"))).toEqual([]);
  });

  test("one that is broken is named, the job goes on, and nobody says that there was none", () => {
    const given = { BUILDKITE_REPO: "git@github.com:acme/web.git" };
    const { code, log } = job.object("private_ssh_key", "no key").set("ssh-add-fails", "").hook("environment", given);
    expect(code).toBe(0);
    expect(log).toContain("does not take the key private_ssh_key");
    expect(log).not.toContain(missing);
  });

  test("one with line ends of Windows and a byte order mark arrives as on Linux", () => {
    job.object("private_ssh_key", `\ufeff${keyOf("root").replaceAll("\n", "\r\n")}\r\n`).hook("environment");
    expect(job.read("fake/ssh-keys")).toContain(keyOf("root"));
    expect(job.read("fake/ssh-keys")).not.toMatch(/\r|\ufeff/);
  });

  const missing = "has no SSH key for this pipeline";
  test.each<{ why: string; given: Environment; warns: boolean }>([
    { why: "over SSH", given: { BUILDKITE_REPO: "git@github.com:acme/web.git" }, warns: true },
    { why: "over SSH with a scheme", given: { BUILDKITE_REPO: "ssh://git@github.com/acme/web.git" }, warns: true },
    { why: "over HTTPS", given: {}, warns: false },
    {
      why: "over SSH, but the job does not want to hear of it",
      given: { BUILDKITE_REPO: "git@h:a", BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING: "true" },
      warns: false,
    },
    {
      why: "over SSH, under the plugin's own name of the switch",
      given: { BUILDKITE_REPO: "git@h:a", BUILDKITE_PLUGIN_S3_SECRETS_SKIP_SSH_KEY_NOT_FOUND_WARNING: "true" },
      warns: false,
    },
  ])("none at all, $why: warning $warns", ({ given, warns }) => {
    expect(job.hook("environment", given).log.includes(missing)).toBe(warns);
  });

  test("the stack can switch the warning off", () => {
    job.settings({ BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING: "true" });
    expect(job.hook("environment", { BUILDKITE_REPO: "git@h:a" }).log).not.toContain(missing);
  });
});

describe("credentials for Git", () => {
  const helper = (key: string) =>
    `/usr/local/lib/buildkite-elastic-ci-stack/git-credential-s3 our-secrets 'eu-central-1' ${key}`;

  test("become Git's helpers, the root's first", () => {
    const { environment } = job.object("git-credentials", "").object("web/git-credentials", "").hook("environment");
    const configured = Object.entries(environment).filter(([name]) => name.startsWith("GIT_CONFIG"));
    expect(
      Object.fromEntries(configured.map(([name, value]) => [name, value.replace(/^.*(?=\/usr\/local)/, "")])),
    ).toEqual({
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "credential.helper",
      GIT_CONFIG_KEY_1: "credential.helper",
      GIT_CONFIG_VALUE_0: helper("git-credentials"),
      GIT_CONFIG_VALUE_1: helper("web/git-credentials"),
    });
  });

  test("join what the job has set for Git itself", () => {
    const own = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: "ci" };
    expect(job.object("git-credentials", "").hook("environment", own).environment).toMatchObject({
      ...own,
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_1: "credential.helper",
    });
  });
});
