import { type JobCase, PIPELINE_ID, refused, taken } from "../../../harness/job-check";

const slug = (BUILDKITE_PIPELINE_SLUG: unknown) => ({ BUILDKITE_PIPELINE_SLUG });
const OTHER_ID = "0190a1b2-0000-4e5f-8a9b-0c1d2e3f4a5b";

const pipelines: readonly JobCase[] = [
  ...taken({ pipelines: ["web"] }, ["its slug", {}]),
  ...taken({ pipelines: ["api", "web"] }, ["one of two", {}]),
  ...["w*", "w?b", "[a-w]eb"].flatMap((one) => taken({ pipelines: [one] }, [`${one} fits web`, {}])),
  ...["[!w]eb", "we", "eb", "WEB"].flatMap((one) => refused({ pipelines: [one] }, [`${one} does not fit web`, {}])),
  ...refused(
    { pipelines: ["web"] },
    ["a slug that begins like it", slug("web-2")],
    ["a slug that ends like it", slug("my-web")],
    ["two lines", slug("other\nweb")],
    ["a list for a slug", slug(["web"])],
    ["null for a slug", slug(null)],
  ),
  ...refused({ pipelines: ["*"] }, ["no slug", slug("")]),
  ...taken({ pipelines: [PIPELINE_ID] }, ["its id, under a new slug", slug("renamed")]),
  ...refused(
    { pipelines: [PIPELINE_ID] },
    ["another id", { BUILDKITE_PIPELINE_ID: OTHER_ID }],
    ["a slug that looks like the id", { ...slug(PIPELINE_ID), BUILDKITE_PIPELINE_ID: OTHER_ID }],
  ),
];

const on = (BUILDKITE_BRANCH: string, more: object = {}) => ({ BUILDKITE_BRANCH, ...more });
const branches: readonly JobCase[] = [
  ...taken({ branches: ["main"] }, ["its branch", {}]),
  ...taken({ branches: ["release/*"] }, ["* reaches deep", on("release/1.0/hotfix")]),
  ...taken({ branches: ["grüße/*"] }, ["a branch beyond ASCII", on("grüße/welt")]),
  ...taken({ branches: ["refs/tags/v*"] }, ["a tag", on("v1", { BUILDKITE_TAG: "v1" })]),
  ...refused(
    { branches: ["main"] },
    ["a branch that begins like it", on("main2")],
    ["a branch in another case", on("Main")],
    ["a stranger's branch", on("stranger:main")],
    ["two lines", on("evil\nmain")],
    ["a tag of a branch's name", on("main", { BUILDKITE_TAG: "main" })],
    ["something else than the branch", { BUILDKITE_REFSPEC: "+refs/pull/1/head" }],
  ),
  ...refused({ branches: ["refs/tags/v*"] }, ["a tag in a branch's clothes", on("refs/tags/v1")]),
  ...refused(
    { branches: ["*"] },
    ["no branch", on("")],
    ["a refspec with a target", on("main:refs/heads/x")],
    ["a refspec that forces", on("+main")],
    ["an option", on("--upload-pack=id")],
    ["a pattern of refs", on("rel*")],
    ["a range", on("main..evil")],
    ["a revision", on("main^{/x}")],
    ["two words", on("main refs/pull/7/head")],
    ["a quote, where the agent splits words", on("main' 'refs/pull/7/head")],
    ["a tag with a target", on("v1", { BUILDKITE_TAG: "v1:refs/heads/x" })],
  ),
];

const commit = (BUILDKITE_COMMIT: string, more: object = {}) => ({ BUILDKITE_COMMIT, ...more });
const TAG = { BUILDKITE_TAG: "v1", BUILDKITE_BRANCH: "v1" };
const commits: readonly JobCase[] = [
  ...taken(
    { branches: ["main"] },
    ["a full hash", commit("a".repeat(40))],
    ["a full hash in upper case", commit("A".repeat(40))],
    ["a full hash by SHA-256", commit("a".repeat(64))],
    ["whatever the branch points to", commit("HEAD")],
  ),
  ...refused(
    { branches: ["*"] },
    ["a ref's name as the commit", commit("refs/pull/7/head")],
    ["a branch's name as the commit", commit("evil")],
    ["a short hash, which a ref may be called", commit("abc1234")],
    ["a hash and more", commit(`${"a".repeat(40)}^`)],
    ["FETCH_HEAD", commit("FETCH_HEAD")],
    ["an option", commit("--orphan")],
    ["two lines", commit(`${"a".repeat(40)}\nx`)],
  ),
  ...refused({ branches: ["refs/tags/*"] }, ["HEAD is no tag's commit", commit("HEAD", TAG)]),
  ...refused({ repositories: ["*"] }, ["a ref's name, where repositories are listed", commit("refs/pull/7/head")]),
];

const SAME = "git://github.com/acme/web.git";
const FORK = "git://github.com/stranger/web.git";
const pull = (repository: string | undefined, more: object = {}) => ({
  BUILDKITE_PULL_REQUEST: "7",
  BUILDKITE_PULL_REQUEST_REPO: repository,
  ...more,
});
const listed = { branches: ["*"] };
const same = { pullRequests: "same-repository" } as const;
const none = { pullRequests: "none" } as const;
const sameRepository: readonly JobCase[] = [listed, same].flatMap((lists) => [
  ...taken(
    lists,
    ["a pull request of the same repository", pull(SAME)],
    ["the same repository on GitHub in another case", pull("git://github.com/Acme/Web")],
    ["the same repository by another scheme", pull("https://github.com:443/acme/web/")],
    ["no pull request", { BUILDKITE_PULL_REQUEST: "false", BUILDKITE_PULL_REQUEST_REPO: "" }],
    ["nothing said of pull requests", { BUILDKITE_PULL_REQUEST: undefined, BUILDKITE_PULL_REQUEST_REPO: undefined }],
  ),
  ...refused(
    lists,
    ["a fork", pull(FORK)],
    ["a fork that its job does not name: the agent fetches refs/pull/7/head", pull("")],
    ["a fork whose variable is absent", pull(undefined)],
    ["a fork that is said to be no pull request", pull(FORK, { BUILDKITE_PULL_REQUEST: "false" })],
    ["a fork on another port of the host", pull("https://github.com:8443/acme/web")],
    ["the same path on another host", pull("git://evil.com/acme/web.git")],
    ["HEAD of a pull request, which may be another than it says", pull(SAME, { BUILDKITE_COMMIT: "HEAD" })],
    ["a ref as the number", pull(SAME, { BUILDKITE_PULL_REQUEST: "7/head:refs/heads/main" })],
    ["a word as the number", pull(SAME, { BUILDKITE_PULL_REQUEST: "true" })],
    [
      "where case counts, a name in another case is another repository",
      pull("https://git.example.com/Team/App", { BUILDKITE_REPO: "git@git.example.com:team/app.git" }),
    ],
  ),
  ...taken(lists, [
    "an unusual port that both have",
    pull("ssh://git@git.example.com:7999/team/app", {
      BUILDKITE_REPO: "ssh://git@git.example.com:7999/team/app.git",
    }),
  ]),
]);
const pullRequests: readonly JobCase[] = [
  ...sameRepository,
  ...taken(none, ["no pull request", {}]),
  ...refused(
    none,
    ["a pull request of the same repository", pull(SAME)],
    ["a pull request of a fork", pull(FORK)],
    ["a pull request of who knows", pull("")],
    ["a fork that is said to be no pull request", pull(FORK, { BUILDKITE_PULL_REQUEST: "false" })],
  ),
  ...refused({ ...listed, ...none }, ["a pull request, where branches are listed too", pull(SAME)]),
  ...taken({ pipelines: ["web"] }, ["a fork, where neither branches nor a mode are set", pull(FORK)]),
  ...refused({ pullRequests: "forks" as "any" }, ["a mode that nobody knows", {}]),
];

export const commitsAndPipelines = [...pipelines, ...branches, ...commits, ...pullRequests];
