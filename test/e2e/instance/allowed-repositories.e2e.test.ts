import { JobCheck } from "../../harness/job-check";

const check = new JobCheck();
afterAll(() => {
  check.remove();
});

const ADDRESSES = [
  "git@github.com:acme/web.git",
  "git@github.com:acme/web",
  "git@github.com:/acme/web.git",
  "github.com:acme/web.git",
  "ssh://git@github.com/acme/web.git",
  "ssh://git@github.com:22/acme/web",
  "git+ssh://git@github.com/acme/web",
  "https://github.com/acme/web",
  "https://github.com/acme/web.git",
  "https://github.com/acme/web/",
  "https://github.com/acme/web.git/",
  "https://GitHub.COM/acme/web.git",
  "https://github.com:443/acme/web.git",
  "https://user:p%40ss@github.com/acme/web.git",
  "https://token@github.com/acme/web.git",
  "http://github.com/acme/web",
  "git://github.com/acme/web.git",
  "HTTPS://github.com/acme/web",
];

describe("repositories", () => {
  test.each(ADDRESSES)("%s is acme/web on github.com", (REPO) => {
    expect(check.ask({ repositories: ["github.com/acme/web"] }, { REPO }).code).toBe(0);
  });

  test.each([
    ...ADDRESSES,
    "github.com/acme/web",
    "*",
    "github.com/*",
    "github.com/acme/*",
    "git@github.com:acme/w*.git",
  ])("the list may say %s", (pattern) => {
    expect(check.ask({ repositories: [pattern] }, { REPO: "https://github.com/acme/web" }).code).toBe(0);
  });

  test.each([
    "git@github.com:acme/web2.git",
    "git@github.com:acme/we",
    "git@github.com:evil/web.git",
    "git@github.com:Acme/web.git",
    "git@evil.com:acme/web.git",
    "git@github.com.evil.com:acme/web.git",
    "git@notgithub.com:acme/web.git",
    "https://evil.com/github.com/acme/web",
    "https://github.com@evil.com/acme/web",
    "https://github.com:443@evil.com/acme/web",
    "https://evil.com?@github.com/acme/web",
    "https://evil.com#@github.com/acme/web",
    "https://evil.com\\@github.com/acme/web",
    "https://a@b@github.com/acme/web",
    "https://github.com/acme/web/../../evil/web",
    "https://github.com/evil/../acme/web",
    "https://github.com/acme/./web",
    "https://github.com//acme//web",
    "https://github.com/acme/%2e%2e/acme/web",
    "https://github.com/acme%2Fweb",
    "https://github.com/acme/web%00",
    "https://github.com/acme/web%0a",
    "https://github.com/acme/web?x=1",
    "https://github.com/acme/web#x",
    "https://github.com/acme/web evil",
    "https://github.com/acme/web\nhttps://evil.com/x",
    "ext::sh -c id github.com/acme/web",
    "file:///github.com/acme/web",
    "ftp://github.com/acme/web",
    "/github.com/acme/web",
    "github.com/acme/web",
    "../acme/web",
    "-oProxyCommand=id:acme/web",
    "git@[::1]:acme/web",
    "",
    "*",
    "https://*/acme/web",
  ])("%j is not", (REPO) => {
    expect(check.ask({ repositories: ["github.com/acme/web", "*.example.com/acme/*"] }, { REPO }).code).toBe(1);
  });

  test.each([
    { pattern: "*.example.com/acme/*", repository: "https://git.example.com/acme/web", taken: true },
    { pattern: "*.example.com/acme/*", repository: "https://evil.com/x.example.com/acme/web", taken: false },
    { pattern: "github.com/acme/*", repository: "https://github.com/acme/deep/web", taken: true },
    { pattern: "github.com/acme/*", repository: "https://github.com/acmeevil/web", taken: false },
    { pattern: "github.com", repository: "https://github.com/anybody/anything", taken: true },
    {
      pattern: "ssh.dev.azure.com/v3/acme/My%20Project/*",
      repository: "git@ssh.dev.azure.com:v3/acme/My%20Project/web",
      taken: true,
    },
  ])("$pattern, $repository: taken is $taken", ({ pattern, repository, taken }) => {
    expect(check.ask({ repositories: [pattern] }, { REPO: repository }).code).toBe(taken ? 0 : 1);
  });

  test.each([
    { from: "git://github.com/acme/web.git", taken: true },
    { from: "https://github.com/acme/fork", taken: true },
    { from: "https://github.com/stranger/web", taken: false },
    { from: "/odd", taken: false },
  ])("a pull request's code comes from its own repository, $from: taken is $taken", ({ from, taken }) => {
    expect(check.ask({ repositories: ["github.com/acme/*"] }, { PULL_REQUEST_REPO: from }).code).toBe(taken ? 0 : 1);
  });
});
