import { eachItem, pattern } from "../../schema/check";
import { texts } from "../../schema/row";

const pipeline = pattern(/^[A-Za-z0-9_?*\[\]!-]+$/, "be a pipeline's slug or id, such as web or deploy-*");

const repository = pattern(
  /^(\*|([A-Za-z+]+:\/\/)?([^ \/@\t\r\n]*@)?[^ \/:@\t\r\n]+(:[0-9]*)?[\/:][^ \/\t\r\n][^ \t\r\n]*)$/,
  "be * or a host and a path, such as github.com/acme/* or git@github.com:acme/app.git",
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
      "Repositories whose jobs the agents take. Every address of a repository stands for all of them, and * for any characters. Empty: all. " +
      "A pull request needs the repository in which it was made to be allowed too.",
    checks: [eachItem(repository)],
  }),
  allowed_branches: texts({
    default: [],
    env: "BUILDKITE_ALLOWED_BRANCHES",
    platforms: ["linux"],
    about:
      "Branches whose jobs the agents take, in which * stands for any characters; a tag counts as refs/tags/ and its name. Empty: all. " +
      "Where branches are listed, pull requests out of forks are refused.",
    checks: [eachItem(branch)],
  }),
};
