import { gzipSync } from "node:zlib";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { files, settings, userData } from "../../harness/user-data";

describe("lists of jobs that agents take", () => {
  const hook = "/usr/local/lib/buildkite-elastic-ci-stack/pre-bootstrap.py";
  const installer = "/usr/local/lib/buildkite-elastic-ci-stack/allow-jobs.sh";
  const paths = (props: Partial<ElasticCiStackProps>) => files(props).map(({ path }) => path);

  test.each<Partial<ElasticCiStackProps>>([
    { allowedPipelines: ["web"] },
    { allowedRepositories: ["github.com/acme/*"] },
    { allowedBranches: ["main"] },
    { allowedPlugins: ["github.com/acme/*"] },
  ])("%j alone brings the check to the instance, one pattern a line", (props) => {
    expect(paths(props)).toEqual(expect.arrayContaining([hook, installer]));
    const [list] = Object.values(props) as string[][];
    expect(Object.entries(settings(props)).filter(([name]) => name.startsWith("BUILDKITE_ALLOWED_"))).toContainEqual([
      expect.any(String),
      list![0],
    ]);
  });

  test("a mode for pull requests alone brings it too", () => {
    const props = { allowedPullRequests: "none" } as const;
    expect(paths(props)).toEqual(expect.arrayContaining([hook, installer]));
    expect(settings(props)["BUILDKITE_ALLOWED_PULL_REQUESTS"]).toBe("none");
  });

  test("several patterns are lines", () => {
    expect(settings({ allowedBranches: ["main", "release/*"] })["BUILDKITE_ALLOWED_BRANCHES"]).toBe("main\nrelease/*");
  });

  test("without any, user data is not longer for it", () => {
    expect(paths({}).filter((path) => path === hook || path === installer)).toEqual([]);
  });
});

test("with lists of jobs there is room for kilobytes of the user's own text", () => {
  const props = {
    allowedPipelines: ["web", "deploy-*"],
    allowedRepositories: ["github.com/acme/*"],
    allowedBranches: ["main"],
    allowedPlugins: ["github.com/buildkite-plugins/*"],
    allowedPullRequests: "same-repository",
  } as const;
  expect(gzipSync(userData(props)).length).toBeLessThan(13_000);
});
