import { type JobCase, refused, taken } from "../../../harness/job-check";

const at = (BUILDKITE_REPO: string) => ({ BUILDKITE_REPO });
const WEB = { repositories: ["github.com/acme/web"] };
const ACME = { repositories: ["github.com/acme/*"] };
const SEVERAL = { repositories: ["github.com/acme/web", "*.example.com/acme/*"] };

/** Every way to write the address of acme/web on github.com that the agent can fetch from. */
export const ADDRESSES = [
  "git@github.com:acme/web.git",
  "git@github.com:acme/web",
  "git@github.com:/acme/web.git",
  "github.com:acme/web.git",
  "ssh://git@github.com/acme/web.git",
  "ssh://git@github.com:22/acme/web",
  "git+ssh://git@github.com/acme/web",
  "ssh+git://git@github.com/acme/web",
  "https://github.com/acme/web",
  "https://github.com/acme/web.git",
  "https://github.com/acme/web/",
  "https://github.com/acme/web.git/",
  "https://GitHub.COM/acme/web.git",
  "https://github.com:443/acme/web.git",
  "https://user:p%40ss@github.com/acme/web.git",
  "https://token@github.com/acme/web.git",
  "HTTPS://github.com/acme/web",
];

const spellings: readonly JobCase[] = taken(
  WEB,
  ...ADDRESSES.map((address) => [`${address} is acme/web on github.com`, at(address)] as const),
);

const patterns: readonly JobCase[] = [
  ...ADDRESSES,
  "github.com/acme/web",
  "*",
  "github.com/*",
  "github.com/acme/*",
  "git@github.com:acme/w*.git",
  "github.com",
].flatMap((pattern) => taken({ repositories: [pattern] }, [`the list may say ${pattern}`, at(ADDRESSES[8]!)]));

/** Git decodes the whole address of ssh before it looks for the host. */
const encodedUsers: readonly JobCase[] = [
  ...refused(
    ACME,
    ...["%2fx", "%3a2222%2fx", "%40x"].map((end): readonly [string, Readonly<Record<string, unknown>>] => [
      `a host inside of the user: ${end}`,
      at(`ssh://evil.example${end}@github.com/acme/web.git`),
    ]),
    ["the same in git+ssh", at("git+ssh://evil.example%2fx@github.com/acme/web.git")],
  ),
  ...taken({ repositories: ["github.com/Acme/*"] }, [
    "a list in another case, where case means nothing",
    at("git@github.com:acme/web.git"),
  ]),
  ...taken({ repositories: ["github.com/acme/*"], branches: ["main"] }, [
    "a pull request whose repository is written in another case",
    {
      ...at("git@github.com:acme/web.git"),
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_REPO: "https://github.com/Acme/web.git",
    },
  ]),
  ...refused({ repositories: ["git.example.com/Acme/*"] }, [
    "a list in another case, where case may mean something",
    at("git@git.example.com:acme/web.git"),
  ]),
];

const others: readonly JobCase[] = refused(
  SEVERAL,
  ["a longer name", at("git@github.com:acme/web2.git")],
  ["a shorter name", at("git@github.com:acme/we")],
  ["another owner", at("git@github.com:evil/web.git")],
  ["another host", at("git@evil.com:acme/web.git")],
  ["a host that begins like it", at("git@github.com.evil.com:acme/web.git")],
  ["a host that ends like it", at("git@notgithub.com:acme/web.git")],
  ["the host as a folder", at("https://evil.com/github.com/acme/web")],
  ["the host as a user", at("https://github.com@evil.com/acme/web")],
  ["host and port as a login", at("https://github.com:443@evil.com/acme/web")],
  ["the host behind a query", at("https://evil.com?@github.com/acme/web")],
  ["the host behind a fragment", at("https://evil.com#@github.com/acme/web")],
  ["the host behind a backslash", at("https://evil.com\\@github.com/acme/web")],
  ["two logins", at("https://a@b@github.com/acme/web")],
  ["an empty port", at("https://github.com:/acme/web")],
  ["no repository", at("")],
  ["a pattern", at("*")],
  ["a pattern as host", at("https://*/acme/web")],
  ["no address, but a pattern's form", at("github.com/acme/web")],
);

const paths: readonly JobCase[] = refused(
  { repositories: ["github.com/acme/web", "github.com/acme/*"] },
  ["up and down again", at("https://github.com/acme/web/../../evil/web")],
  ["down and up again", at("https://github.com/evil/../acme/web")],
  ["the same folder", at("https://github.com/acme/./web")],
  ["a path parameter that some servers drop (/..;/)", at("https://github.com/acme/..;/evil/web")],
  ["a path parameter behind a name", at("https://github.com/acme/web;x=1")],
  ["over-long UTF-8 for a dot (%c0%ae)", at("https://github.com/acme/%c0%ae%c0%ae/evil/web")],
  ["over-long UTF-8 for a slash (%c0%af)", at("https://github.com/acme/..%c0%afevil/web")],
  ["full-width dots", at("https://github.com/acme/\uff0e\uff0e/evil/web")],
  ["full-width dots as the form of a URL", at("https://github.com/acme/%ef%bc%8e%ef%bc%8e/evil/web")],
  ["a full-width slash", at("https://github.com/acme\uff0fweb")],
  ["a two-dot leader", at("https://github.com/acme/\u2025/evil/web")],
  ["letters beyond ASCII", at("https://github.com/acme/w\u0435b")],
  ["double slashes", at("https://github.com//acme//web")],
  ["a double slash behind the host", at("https://github.com//acme/web")],
  ["encoded dots", at("https://github.com/acme/%2e%2e/acme/web")],
  ["an encoded slash", at("https://github.com/acme%2Fweb")],
  ["an encoded percent sign", at("https://github.com/acme/%252e%252e/web")],
  ["an encoded NUL", at("https://github.com/acme/web%00")],
  ["an encoded line feed", at("https://github.com/acme/web%0a")],
  ["a half encoded sign", at("https://github.com/acme/web%2")],
  ["a query", at("https://github.com/acme/web?x=1")],
  ["a fragment", at("https://github.com/acme/web#x")],
  ["a backslash", at("https://github.com/acme/..\\evil\\web")],
  ["a blank", at("https://github.com/acme/web evil")],
  ["an encoded blank at the end, which servers may drop", at("https://github.com/acme/web%20")],
  ["a dot at the end, which servers may drop", at("https://github.com/acme./web")],
  ["two lines", at("https://github.com/acme/web\nhttps://evil.com/x")],
  ["a path by itself", at("git@github.com:acme/../evil/web")],
);

const schemes: readonly JobCase[] = refused(
  { repositories: ["*"] },
  ["http, which anybody between can answer", at("http://github.com/acme/web")],
  ["git, which anybody between can answer", at("git://github.com/acme/web.git")],
  ["a helper", at("ext::sh -c id github.com/acme/web")],
  ["a helper in front of an address", at("fd::https://github.com/acme/web")],
  ["a file", at("file:///github.com/acme/web")],
  ["FTP", at("ftp://github.com/acme/web")],
  ["an absolute path", at("/github.com/acme/web")],
  ["a relative path", at("../acme/web")],
  ["an option for ssh", at("-oProxyCommand=id:acme/web")],
  ["an option for ssh as host", at("ssh://-oProxyCommand=id/acme/web")],
  ["an IPv6 host", at("git@[::1]:acme/web")],
);

const ports: readonly JobCase[] = [
  ...refused(
    ACME,
    ["another port of the host, by https", at("https://github.com:8443/acme/web")],
    ["another port of the host, by ssh", at("ssh://git@github.com:2222/acme/web")],
    ["the port of ssh, by https", at("https://github.com:22/acme/web")],
    ["the port of https, by ssh", at("ssh://git@github.com:443/acme/web")],
    ["a port as a folder", at("git@github.com:443/acme/web")],
  ),
  ...taken({ repositories: ["ssh://git@git.example.com:7999/acme/*"] }, [
    "a port that the list names",
    at("ssh://git@git.example.com:7999/acme/web.git"),
  ]),
  ...refused(
    { repositories: ["ssh://git@git.example.com:7999/acme/*"] },
    ["another port than the list names", at("ssh://git@git.example.com:7998/acme/web.git")],
    ["the usual port, where the list names another", at("ssh://git@git.example.com/acme/web.git")],
  ),
];

const wildcards: readonly JobCase[] = [
  ...taken({ repositories: ["*.example.com/acme/*"] }, ["a host that fits", at("https://git.example.com/acme/web")]),
  ...refused({ repositories: ["*.example.com/acme/*"] }, [
    "* in a host reaches into no path",
    at("https://evil.com/x.example.com/acme/web"),
  ]),
  ...taken(ACME, ["* in a path reaches deep", at("https://github.com/acme/deep/web")]),
  ...refused(ACME, ["an owner that begins like it", at("https://github.com/acmeevil/web")]),
  ...taken({ repositories: ["github.com"] }, ["a host alone is all of it", at("https://github.com/anybody/anything")]),
  ...taken({ repositories: ["ssh.dev.azure.com/v3/acme/My%20Project/*"] }, [
    "an encoded blank, as Azure DevOps has them",
    at("git@ssh.dev.azure.com:v3/acme/My%20Project/web"),
  ]),
  ...taken({ repositories: ["github.com/acme/.github"] }, [
    "a name that begins with a dot",
    at("https://github.com/acme/.github"),
  ]),
];

const mirror = (BUILDKITE_GIT_REMOTE_MIRROR_URL: string) => ({ BUILDKITE_GIT_REMOTE_MIRROR_URL });
const mirrors: readonly JobCase[] = [
  ...refused(
    ACME,
    ["the agent would clone another repository, the mirror", mirror("https://evil.com/acme/web")],
    ["a mirror in disguise", mirror("https://github.com/acme/../evil/web")],
    ["a mirror by http", mirror("http://github.com/acme/web")],
    ["a mirror on this machine", mirror("/tmp/evil")],
  ),
  ...taken({ repositories: ["github.com/acme/*", "mirror.example.com/acme/*"] }, [
    "a mirror that is listed",
    mirror("https://mirror.example.com/acme/web.git"),
  ]),
  ...taken(ACME, ["no mirror", mirror("")]),
  ...refused({ branches: ["main"] }, ["a mirror where no list says which", mirror("https://evil.com/acme/web")]),
  ...refused({ pullRequests: "none" }, ["a mirror where only a mode is set", mirror("https://evil.com/acme/web")]),
];

const from = (BUILDKITE_PULL_REQUEST_REPO: string) => ({ BUILDKITE_PULL_REQUEST: "7", BUILDKITE_PULL_REQUEST_REPO });
const pullRequests: readonly JobCase[] = [
  ...taken(
    ACME,
    ["a pull request's repository, as GitHub names it", from("git://github.com/acme/web.git")],
    ["a fork that is allowed", from("https://github.com/acme/fork")],
  ),
  ...refused(
    ACME,
    ["a fork that is not", from("https://github.com/stranger/web")],
    ["a fork with an odd address", from("/odd")],
    ["a fork behind another port", from("https://github.com:8443/acme/fork")],
    ["a pull request that does not say where it was made", from("")],
  ),
];

export const addresses = [
  ...spellings,
  ...encodedUsers,
  ...patterns,
  ...others,
  ...paths,
  ...schemes,
  ...ports,
  ...wildcards,
  ...mirrors,
  ...pullRequests,
];
