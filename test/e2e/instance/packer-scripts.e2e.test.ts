import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../harness/processes";
import { requirePrograms } from "../../harness/tools";

const linux = join(__dirname, "../../../packer/linux");

/** The Debian package of each tool. */
const tools = { git: "git", jq: "jq", curl: "curl", ar: "binutils", xz: "xz-utils" };

let work: string;

beforeAll(() => requirePrograms(tools));

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "packer-e2e-"));
});

afterEach(() => {
  rmSync(work, { recursive: true });
});

/** A machine in a folder, with what packer puts there, and systemctl as a record. */
function prepareMachine(): { root: string; env: NodeJS.ProcessEnv; bash: (script: string) => ReturnType<typeof run> } {
  const root = join(work, "machine");
  const image = join(root, "var/tmp/image");
  for (const folder of [join(root, "etc"), image, join(work, "bin")]) mkdirSync(folder, { recursive: true });
  cpSync(join(linux, "shared"), join(image, "shared"), { recursive: true });
  cpSync(join(linux, "versions.json"), join(image, "versions.json"));
  writeFileSync(
    join(root, "etc/os-release"),
    'ID_LIKE="fedora"\nVERSION_ID="2023"\nID="amzn"\nPLATFORM_ID="x:al2023"\n',
  );
  writeFileSync(join(work, "bin/systemctl"), `#!/bin/bash\necho "$*" >>"${work}/systemctl"\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${join(work, "bin")}:${process.env.PATH}`, ELASTIC_STACK_ROOT: root };
  const bash = (script: string) => {
    const text = `set -euo pipefail\nsource "${image}/shared/download.sh"\n${script}`;
    return run("bash", ["-c", text], { cwd: work, env: { ...env, IMAGE_PROTOCOLS: "=http" }, timeoutMs: 300_000 });
  };
  return { root, env, bash };
}

describe("the scripts' download function", () => {
  const CONTENT = "the vendor's file\n".repeat(1000);
  const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
  const answers: Readonly<Record<string, RequestListener>> = {
    "/good": (_, response) => response.end(CONTENT),
    "/moved": (_, response) => response.writeHead(302, { location: "/good" }).end(),
    "/leaves": (_, response) => response.writeHead(302, { location: "ftp://127.0.0.1/good" }).end(),
    "/other": (_, response) => response.end(CONTENT.replace("v", "V")),
    "/empty": (_, response) => response.end(),
    "/error-page": (_, response) => response.end("<html>Not found</html>"),
    "/missing": (_, response) => response.writeHead(404).end("<html>Not found</html>"),
    "/denied": (_, response) => response.writeHead(403).end(CONTENT),
    "/truncated": (_, response) => {
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(CONTENT.slice(0, 500));
      setTimeout(() => response.destroy(), 50);
    },
  };
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => answers[request.url ?? ""]?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const fetchTo = (url: string, sha256: string) => prepareMachine().bash(`fetch "${url}" "${sha256}" "${work}/file"`);
  const inFolder = () => readdirSync(work).filter((name) => name.startsWith("file"));

  test.each(["/good", "/moved"])("takes the right file from %s", async (path) => {
    expect(await fetchTo(base + path, SHA256)).toMatchObject({ code: 0 });
    expect(readFileSync(join(work, "file"), "utf8")).toBe(CONTENT);
    expect(inFolder()).toEqual(["file"]);
  });

  test.each<[string, string, string]>([
    ["/other", SHA256, "is not the file that versions.json names"],
    ["/empty", SHA256, "is not the file"],
    ["/error-page", SHA256, "is not the file"],
    ["/missing", SHA256, "could not be fetched"],
    ["/denied", SHA256, "could not be fetched"],
    ["/truncated", SHA256, "could not be fetched"],
    ["/leaves", SHA256, "could not be fetched"],
    ["/good", "", "has no SHA-256"],
    ["/good", "null", "has no SHA-256"],
    ["/good", SHA256.toUpperCase(), "has no SHA-256"],
    ["/good", SHA256.slice(1), "has no SHA-256"],
  ])("fails at %s with the hash %s and leaves no file, not even an older one", async (path, sha256, message) => {
    writeFileSync(join(work, "file"), "of an earlier try");
    const { code, output } = await fetchTo(base + path, sha256);
    expect(code).not.toBe(0);
    expect(output).toContain(message);
    expect(inFolder()).toEqual([]);
  });

  test("takes nothing without TLS in a build", async () => {
    const { bash } = prepareMachine();
    const { code, output } = await bash(`unset IMAGE_PROTOCOLS\nfetch "${base}/good" "${SHA256}" "${work}/file"`);
    expect({ code: code === 0, output }).toMatchObject({ code: false, output: expect.stringContaining("could not") });
    expect(inFolder()).toEqual([]);
  });

  test("finds address and hash of the machine's own architecture in the manifest, and fails where there is none", async () => {
    const { root, bash } = prepareMachine();
    const manifest = join(root, "var/tmp/image/versions.json");
    const text = JSON.parse(readFileSync(manifest, "utf8"));
    const cpu = process.arch === "arm64" ? "arm64" : "amd64";
    text.downloads["git-lfs"].version = "good";
    text.downloads["git-lfs"].files[cpu] = { url: `${base}/{version}`, sha256: SHA256 };
    text.downloads.lifecycled.files[cpu].sha256 = null;
    writeFileSync(manifest, JSON.stringify(text));
    expect(await bash(`download git-lfs "${work}/file"`)).toMatchObject({ code: 0 });
    expect(inFolder()).toEqual(["file"]);
    const refused = await bash(`download lifecycled "${work}/file2"; echo went on`);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.output).toContain(`versions.json says nothing about downloads lifecycled files ${cpu} sha256`);
  });
});

test.each([
  ["amazonlinux2023", 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nVERSION_ID="2023"\n'],
  ["ubuntu2404", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n'],
  [undefined, "ID=debian\nVERSION_ID=12\n"],
  [undefined, "ID=ubuntu\nVERSION_ID=22.04\n"],
])("the system is %s by its os-release, or none", async (name, text) => {
  const { root, bash } = prepareMachine();
  writeFileSync(join(root, "etc/os-release"), text);
  const { code, stdout } = await bash("distribution");
  expect([code, stdout]).toEqual(name === undefined ? [1, ""] : [0, `${name}\n`]);
});

test("a Debian package is unpacked without dpkg", async () => {
  const { bash } = prepareMachine();
  const make = `mkdir -p tree/usr/bin out && echo program >tree/usr/bin/program && tar -C tree -cJf data.tar.xz .
    echo 2.0 >debian-binary && ar r package.deb debian-binary data.tar.xz && unpack_deb package.deb out`;
  expect(await bash(make)).toMatchObject({ code: 0 });
  expect(readdirSync(join(work, "out"), { recursive: true }).sort()).toEqual(["usr", "usr/bin", "usr/bin/program"]);
  expect(await bash("ar r other.deb debian-binary && unpack_deb other.deb out; echo went on")).toMatchObject({
    code: 1,
  });
});

test("the files of the tree lie in the image as root's, executable where they are in the repository", async () => {
  const { root, env } = prepareMachine();
  const tree = join(root, "var/tmp/image/files");
  const put = (path: string, mode: number) => {
    mkdirSync(join(tree, path, ".."), { recursive: true });
    writeFileSync(join(tree, path), path);
    chmodSync(join(tree, path), mode);
  };
  put("usr/local/bin/a tool", 0o777);
  put("usr/local/lib/library.sh", 0o660);
  put("etc/sudoers.d/agent", 0o644);
  put("etc/.hidden", 0o600);
  const script = join(linux, "stack/scripts/install-files.sh");
  const outcome = await run("bash", [script], { cwd: work, env, timeoutMs: 300_000 });
  expect(outcome).toMatchObject({ code: 0, output: "" });
  const modeOf = (path: string) => (statSync(join(root, path)).mode & 0o7777).toString(8);
  expect(modeOf("usr/local/bin/a tool")).toBe("755");
  expect(modeOf("usr/local/lib/library.sh")).toBe("644");
  expect(modeOf("etc/sudoers.d/agent")).toBe("440");
  expect(modeOf("etc/.hidden")).toBe("644");
  expect(modeOf("usr/local/lib")).toBe("755");
  expect(statSync(join(root, "usr/local/bin/a tool"))).toMatchObject({ uid: 0, gid: 0 });
  expect(readFileSync(join(work, "systemctl"), "utf8")).toContain("disable docker.service");
  expect(readFileSync(join(work, "systemctl"), "utf8")).toContain("enable buildkite-liveness.timer\n");
});

describe("the plugins", () => {
  const script = join(linux, "stack/scripts/install-plugins.sh");

  /** A repository with one commit, in place of all three. */
  async function installFrom(change: (commit: string) => string | null) {
    const { root, env } = prepareMachine();
    const vendor = join(work, "vendor");
    const git = (...args: string[]) => spawnSync("git", ["-C", vendor, ...args], { encoding: "utf8" }).stdout.trim();
    mkdirSync(join(vendor, "hooks"), { recursive: true });
    writeFileSync(join(vendor, "hooks/environment"), "#!/bin/bash\n", { mode: 0o775 });
    git("init", "--quiet");
    git("add", ".");
    git("-c", "user.name=Vendor", "-c", "user.email=vendor@example.com", "commit", "--quiet", "--message", "One");
    const manifest = JSON.parse(readFileSync(join(root, "var/tmp/image/versions.json"), "utf8"));
    const plugin = { repository: vendor, commit: change(git("rev-parse", "HEAD")) };
    manifest.plugins = { "docker-login": plugin, ecr: plugin, secrets: plugin };
    writeFileSync(join(root, "var/tmp/image/versions.json"), JSON.stringify(manifest));
    const outcome = await run("bash", [script], { cwd: work, env, timeoutMs: 300_000 });
    return { ...outcome, plugins: join(root, "usr/local/buildkite-aws-stack/plugins") };
  }

  test("are installed at their commit, as root's, without git's own files", async () => {
    const { code, plugins } = await installFrom((commit) => commit);
    expect(code).toBe(0);
    expect(readdirSync(plugins).sort()).toEqual(["docker-login", "ecr", "secrets"]);
    expect(readdirSync(join(plugins, "ecr"))).toEqual(["hooks"]);
    expect(statSync(join(plugins, "ecr/hooks/environment"))).toMatchObject({ uid: 0, gid: 0 });
    expect((statSync(join(plugins, "ecr/hooks/environment")).mode & 0o777).toString(8)).toBe("755");
  });

  test.each<[string, (commit: string) => string | null]>([
    ["no commit", () => null],
    ["a branch", () => "master"],
    ["the beginning of a commit", (commit) => commit.slice(0, 7)],
    ["a commit that is not there", (commit) => commit.replace(/./g, (digit) => (digit === "0" ? "1" : "0"))],
  ])("with %s in the manifest fail the build", async (_, change) => {
    const { code, plugins } = await installFrom(change);
    expect(code).not.toBe(0);
    expect(existsSync(join(plugins, "ecr"))).toBe(false);
  });
});

test("every assertion about an image is made, and one that does not hold fails the build", async () => {
  const { root, bash } = prepareMachine();
  const assert = `source "${root}/var/tmp/image/shared/assert.sh"`;
  mkdirSync(join(root, "etc/agent"), { mode: 0o755 });
  const good = 'holds true true; owned /etc/agent root:root 755; prints "1.2" echo version 1.2.3; all_hold; echo on';
  expect(await bash(`${assert}\n${good}`)).toMatchObject({ code: 0, stdout: "image: all assertions hold\non\n" });
  const bad = `holds "a folder" test -d /nonexistent; owned /etc/agent root:root 700; owned /etc/none root:root 755
    prints 1.3 echo version 1.2.3; prints 1.2 bash -c "echo 1.2; exit 1"; prints "" true; all_hold; echo on`;
  const { code, stdout, output } = await bash(`${assert}\n${bad}`);
  expect([code, stdout]).toEqual([1, ""]);
  expect(output.match(/not so/g)).toHaveLength(6);
});
