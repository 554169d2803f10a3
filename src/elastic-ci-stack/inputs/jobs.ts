import { eachItem, pattern } from "../../schema/check";
import { choice, texts } from "../../schema/row";

const pipeline = pattern(/^[A-Za-z0-9_?*\[\]!-]+$/, "be a pipeline's slug or id, such as web or deploy-*");

const repository = pattern(
  /^(\*|((https|ssh|git\+ssh|ssh\+git):\/\/)?([^ \/@\t\r\n]*@)?[^ \/:@\t\r\n]+(:[0-9]*)?[\/:][^ \/\t\r\n][^ \t\r\n]*)$/,
  "be * or a host and a path, such as github.com/acme/* or git@github.com:acme/app.git, by https or ssh",
);

const branch = pattern(/^[^ \t\r\n]+$/, "be a branch, such as main or release/*, or a tag, such as refs/tags/v*");

export const jobs = {
  allowed_pipelines: texts({
    default: [],
    env: "BUILDKITE_ALLOWED_PIPELINES",
    platforms: ["linux"],
    about:
      "Pipelines whose jobs the agents take: slugs, in which * stands for any characters, or ids, which outlast a new slug. Empty: all. " +
      "Other jobs are refused, and so fail, before a hook, plugin or command of theirs runs. What an allowed job does is not confined.",
    checks: [eachItem(pipeline)],
  }),
  allowed_repositories: texts({
    default: [],
    env: "BUILDKITE_ALLOWED_REPOSITORIES",
    platforms: ["linux"],
    about:
      "Repositories whose jobs the agents take: every address of one stands for all, but for unusual ports, and * for any characters. Empty: all. " +
      "The commit of a job must lie on its branch there or be its tag's. " +
      "A pull request needs the repository in which it was made to be allowed too, and a mirror needs its own.",
    checks: [eachItem(repository)],
  }),
  allowed_branches: texts({
    default: [],
    env: "BUILDKITE_ALLOWED_BRANCHES",
    platforms: ["linux"],
    about:
      "Branches whose jobs the agents take, in which * stands for any characters; a tag counts as refs/tags/ and its name. Empty: all. " +
      "Where branches are listed, the commit of a job must lie on its branch or be its tag's, and pull requests out of forks are refused.",
    checks: [eachItem(branch)],
  }),
  allowed_plugins: texts({
    default: [],
    env: "BUILDKITE_ALLOWED_PLUGINS",
    platforms: ["linux"],
    about:
      "Repositories whose plugins jobs may use, written like those of allowed_repositories. Empty: all. " +
      "docker#v5 is github.com/buildkite-plugins/docker-buildkite-plugin. Plugins in the job's own repository (./…) are allowed always.",
    checks: [eachItem(repository)],
  }),
  allowed_pull_requests: choice(["none", "same-repository", "any"], {
    default: "any",
    env: "BUILDKITE_ALLOWED_PULL_REQUESTS",
    platforms: ["linux"],
    about:
      "Pull requests whose jobs the agents take: none, those made in the pipeline's own repository, or any. " +
      "Where it is not any, the commit of every job must lie on its branch or be its tag's. Listed branches turn any into same-repository.",
  }),
};
