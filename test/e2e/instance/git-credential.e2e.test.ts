import { spawnSync } from "node:child_process";
import { Job } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset());
afterAll(() => job.remove());

const ask = (request: string, verb = "get") => {
  const program = `${job.root}/usr/local/lib/buildkite-elastic-ci-stack/git-credential-s3`;
  const child = spawnSync(program, ["our-secrets", "eu-west-1", "web/git-credentials", verb], {
    env: { PATH: `${job.root}/stubs:/usr/bin:/bin`, FAKE: job.fake },
    input: request,
    encoding: "utf8",
  });
  return { code: child.status, said: child.stdout, complained: child.stderr };
};
const request = (host: string, ...more: string[]) => [`protocol=https`, `host=${host}`, ...more, "", ""].join("\n");
const answer = (user: string, password: string) => `username=${user}\npassword=${password}\n`;

const stored = `
# A comment, and a line that is none
nonsense
https://first:one@github.com
https://second:two@github.com
http://plain:three@github.com
https://port:four@git.example.com:8443
https://a%40b:p%3Aw%2F%25%20%5Cn@encoded.example.com
https://path:five@paths.example.com/acme/web.git
https://general:six@paths.example.com
https://broken%:x@broken.example.com
https://line%0ahost=evil.com:x@broken.example.com
https://nul%00:x@broken.example.com
https://cr:seven@cr.example.com\r
https://back\\n:$(touch executed)@odd.example.com
https://empty:@empty.example.com
https://Upper:eight@GitLab.Example.com
`;

test.each([
  { for: "github.com", gives: answer("first", "one"), why: "the first line of two" },
  { for: "GitHub.com", gives: answer("first", "one"), why: "a host in any case" },
  { for: "gitlab.example.com", gives: answer("Upper", "eight"), why: "a host that is stored in another case" },
  { for: "git.example.com:8443", gives: answer("port", "four"), why: "host and port" },
  { for: "git.example.com", gives: "", why: "another port is another place" },
  { for: "encoded.example.com", gives: answer("a@b", "p:w/% \\n"), why: "percent signs decoded, nothing else" },
  { for: "evil.com", gives: "", why: "a host that is not stored gets nothing" },
  { for: "github.com.evil.com", gives: "", why: "a host that begins alike gets nothing" },
  { for: "hub.com", gives: "", why: "a host that ends alike gets nothing" },
  { for: "broken.example.com", gives: "", why: "broken encodings and line breaks are refused" },
  { for: "cr.example.com", gives: answer("cr", "seven"), why: "lines that end as on Windows" },
  { for: "odd.example.com", gives: answer("back\\n", "$(touch executed)"), why: "nothing is evaluated" },
  { for: "empty.example.com", gives: answer("empty", ""), why: "an empty password" },
])("$for: $why", ({ for: host, gives }) => {
  job.object("web/git-credentials", stored);
  expect(ask(request(host))).toEqual({ code: 0, said: gives, complained: "" });
});

test.each([
  { more: "username=second", host: "github.com", gives: answer("second", "two") },
  { more: "username=nobody", host: "github.com", gives: "" },
  { more: "path=acme/web.git", host: "paths.example.com", gives: answer("path", "five") },
  { more: "path=acme/other.git", host: "paths.example.com", gives: "" },
  { more: "wwwauth[]=Basic realm=x", host: "github.com", gives: answer("first", "one") },
])("Git may narrow its question: $more", ({ more, host, gives }) => {
  job.object("web/git-credentials", stored);
  expect(ask(request(host, more)).said).toBe(gives);
});

test("a file from Windows, with a byte order mark, is read like any other", () => {
  job.object("web/git-credentials", "\ufeffhttps://first:one@github.com\r\nhttps://b:two@b.example.com\r\n");
  expect([ask(request("github.com")).said, ask(request("b.example.com")).said]).toEqual([
    answer("first", "one"),
    answer("b", "two"),
  ]);
});

test("another protocol gets that protocol's line", () => {
  job.object("web/git-credentials", stored);
  expect(ask("protocol=http\nhost=github.com\n\n").said).toBe(answer("plain", "three"));
});

test.each(["store", "erase", "capability"])("%s asks AWS for nothing", (verb) => {
  expect(ask(request("github.com"), verb)).toEqual({ code: 0, said: "", complained: "" });
  expect(job.read("fake/calls")).toBe("");
});

test("an object that cannot be fetched is named, and the bucket is not", () => {
  const { code, said, complained } = ask(request("github.com"));
  expect([code, said]).toEqual([1, ""]);
  expect(complained).toContain("web/git-credentials");
  expect(complained).not.toContain("our-secrets");
});

test("no password is an argument of any program", () => {
  job.object("web/git-credentials", stored);
  ask(request("github.com"));
  expect(job.read("fake/calls")).not.toMatch(/one|first/);
});
