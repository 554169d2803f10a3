import { type JobCase, refused, taken } from "../../../harness/job-check";

const uses = (...plugins: readonly unknown[]) => ({ BUILDKITE_PLUGINS: JSON.stringify(plugins) });
const OFFICIAL = { plugins: ["github.com/buildkite-plugins/*"] };
const OWN = { plugins: ["github.com/acme/*"] };
const DOCKER = "github.com/buildkite-plugins/docker-buildkite-plugin";

const sources: readonly JobCase[] = [
  ...taken(
    OFFICIAL,
    ["the form in which Buildkite names a plugin", uses({ [`${DOCKER}#v5.9.0`]: { image: "node" } })],
    ["a plugin without settings", uses({ [`${DOCKER}#v5.9.0`]: null })],
    ["a plugin as a text", uses(`${DOCKER}#v5.9.0`)],
    ["a plugin without a version", uses(DOCKER)],
    ["a URL", uses(`https://${DOCKER}.git#v5.9.0`)],
    ["ssh", uses(`ssh://git@${DOCKER}.git#v5.9.0`)],
    ["the short form", uses({ "docker#v5.9.0": {} })],
    ["the short form with an owner", uses("buildkite-plugins/docker#v5")],
    ["a folder of an allowed repository", uses(`${DOCKER}/sub/folder#v5`)],
    ["a plugin in the job's own repository", uses("./.buildkite/plugins/own")],
    ["no plugins", uses()],
    ["nothing said of plugins", { BUILDKITE_PLUGINS: "" }],
    ["null for plugins", { BUILDKITE_PLUGINS: "null" }],
    ["a commit as the version", uses(`${DOCKER}#0123456789abcdef0123456789abcdef01234567`)],
  ),
  ...taken(OWN, ["the short form of an owner", uses({ "acme/deploy#v1": {} })]),
  ...taken({ plugins: [DOCKER] }, ["one plugin alone", uses("docker#v1")]),
  ...refused({ plugins: [DOCKER] }, ["one plugin, and another is used", uses("docker-compose#v1")]),
  ...taken({ plugins: ["git.example.com/ci/plugin"] }, [
    "a folder behind .git",
    uses("https://git.example.com/ci/plugin.git/deploy#v1"),
  ]),
  ...taken({ pipelines: ["web"] }, ["any plugin, where none are listed", uses("evil/evil#v1")]),
];

const refusals: readonly JobCase[] = refused(
  OFFICIAL,
  ["a stranger's plugin", uses("github.com/evil/docker-buildkite-plugin#v1")],
  ["a stranger's short form", uses("evil/docker#v1")],
  ["an allowed and a stranger's", uses(DOCKER, "evil/docker#v1")],
  ["two in one object", uses({ [DOCKER]: null, "evil/docker#v1": null })],
  ["an owner that begins like it", uses("github.com/buildkite-plugins-evil/docker-buildkite-plugin")],
  ["the source as a folder of another host", uses(`https://evil.com/${DOCKER}`)],
  ["the source as a user", uses("https://github.com@evil.com/buildkite-plugins/docker-buildkite-plugin")],
  ["up and down again", uses("github.com/buildkite-plugins/../evil/docker-buildkite-plugin")],
  ["encoded dots", uses("github.com/buildkite-plugins/%2e%2e/evil/x")],
  ["an encoded blank, which the agent decodes", uses("github.com/buildkite-plugins/x%20y")],
  ["another port", uses("https://github.com:8443/buildkite-plugins/docker-buildkite-plugin")],
  ["http", uses(`http://${DOCKER}`)],
  ["git", uses(`git://${DOCKER}`)],
  ["a file", uses("file:///tmp/plugin")],
  ["a folder of this machine", uses("/tmp/plugin")],
  ["a folder above the job's own repository", uses("./../other/plugin")],
  ["a hidden way up", uses("./x/../../other")],
  ["a folder above, without ./", uses("../plugin")],
  ["a host that looks like an owner", uses("evil.com/docker#v1")],
  ["an option as version", uses(`${DOCKER}#--upload-pack=evil`)],
  ["a refspec as version", uses(`${DOCKER}#+refs/pull/1/head:x`)],
  ["two versions", uses(`${DOCKER}#v1#v2`)],
  ["a number for a plugin", uses(7)],
  ["an empty name", uses("")],
  ["no list", { BUILDKITE_PLUGINS: `{"${DOCKER}":null}` }],
  ["no JSON", { BUILDKITE_PLUGINS: "docker" }],
  ["JSON and more, of which the agent reads the beginning", { BUILDKITE_PLUGINS: `["docker"] ["evil/x"]` }],
);

export const plugins = [...sources, ...refusals];
