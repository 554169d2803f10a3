import { createHash } from "node:crypto";
import { packer } from "../../packer/cli/command";
import { fileUrl } from "../../packer/cli/manifest";
import { publishedHash } from "../../packer/cli/proof";
import { Machine } from "../harness/image/build-machine";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const AGENT = "https://download.buildkite.com/agent/stable/4.2.1/buildkite-agent-linux-";
const RELEASE = "https://api.github.com/repos/buildkite/lifecycled/releases/tags/v3.6.0";

let machine: Machine;

beforeEach(() => {
  machine = new Machine();
});

afterEach(() => {
  machine.remove();
});

const pin = (...args: string[]) => packer(["pin", ...args], machine.ports);
const hashesOf = (name: string) => {
  const { amd64, arm64 } = machine.manifest.downloads[name]!.files;
  return [amd64.sha256, arm64.sha256];
};

function publishAgent(): void {
  for (const cpu of ["amd64", "arm64"]) {
    machine.pages.set(AGENT + cpu, `agent of ${cpu}`);
    machine.pages.set(`${AGENT}${cpu}.sha256`, `${sha256(`agent of ${cpu}`)}\n`);
  }
}

test("a file that its vendor's checksum fits is pinned, for both architectures, and nothing else changes", async () => {
  publishAgent();
  const before = machine.manifestText;
  expect(await pin("--tool", "buildkite-agent-stable")).toBe(0);
  const [amd64, arm64] = [sha256("agent of amd64"), sha256("agent of arm64")];
  expect(hashesOf("buildkite-agent-stable")).toEqual([amd64, arm64]);
  const after = machine.manifestText.replace(`"${amd64}"`, "null").replace(`"${arm64}"`, "null");
  expect(after).toBe(before);
});

test.each<[string, () => unknown, string]>([
  ["another checksum", () => machine.pages.set(`${AGENT}arm64.sha256`, sha256("else")), "the vendor publishes"],
  ["no checksum", () => machine.pages.delete(`${AGENT}arm64.sha256`), "answers 404"],
  ["an error page for a checksum", () => machine.pages.set(`${AGENT}arm64.sha256`, "<html>"), "no SHA-256"],
  ["no file", () => machine.pages.set(`${AGENT}arm64`, 404), "answers 404"],
  ["a server that fails", () => machine.pages.set(`${AGENT}arm64`, 503), "answers 503"],
  ["a way out of TLS", () => machine.redirects.set(`${AGENT}arm64`, "http://example.com/"), "is not https"],
])("with %s for one architecture only the other one is pinned, and the call fails", async (_, spoil, message) => {
  publishAgent();
  spoil();
  expect(await pin("--tool", "buildkite-agent-stable")).toBe(1);
  expect(hashesOf("buildkite-agent-stable")).toEqual([sha256("agent of amd64"), null]);
  expect(machine.errors).toEqual([expect.stringContaining(message), "Error: 1 of the entries could not be filled."]);
});

test("the checksums of a GitHub release count for the file of that name", async () => {
  const assets = ["amd64", "arm64"].map((cpu) => {
    machine.pages.set(fileUrl(machine.manifest.downloads.lifecycled!, cpu as "amd64"), `lifecycled ${cpu}`);
    return { name: `lifecycled-linux-${cpu}`, digest: `sha256:${sha256(`lifecycled ${cpu}`)}` };
  });
  machine.pages.set(RELEASE, JSON.stringify({ assets }));
  expect(await pin("--tool", "lifecycled")).toBe(0);
  machine.pages.set(RELEASE, JSON.stringify({ assets: [{ ...assets[1]!, name: assets[0]!.name }] }));
  expect(await pin("--tool", "lifecycled", "--all")).toBe(1);
});

test("what is proven is written down before the next file is fetched", async () => {
  publishAgent();
  const written: unknown[] = [];
  const { fetch: get, ...rest } = machine.ports;
  const look = ((url: string) => {
    if (url === `${AGENT}arm64`) written.push(...hashesOf("buildkite-agent-stable"));
    return get(url);
  }) as typeof fetch;
  await packer(["pin", "--tool", "buildkite-agent-stable"], { ...rest, fetch: look });
  expect(written).toEqual([sha256("agent of amd64"), null]);
});

test("what is pinned already is not fetched", async () => {
  expect(await pin("--tool", "docker-compose")).toBe(0);
  expect(machine.errors).toEqual([]);
});

test("--all finds a vendor's file that is not the pinned one, and leaves the pin", async () => {
  const [pinned] = hashesOf("docker-compose");
  const { files } = machine.manifest.downloads["docker-compose"]!;
  const assets = (["amd64", "arm64"] as const).map((cpu) => {
    machine.pages.set(files[cpu].url.replaceAll("{version}", "5.1.4"), "replaced");
    return { name: files[cpu].url.split("/").at(-1), digest: `sha256:${sha256("replaced")}` };
  });
  machine.pages.set("https://api.github.com/repos/docker/compose/releases/tags/v5.1.4", JSON.stringify({ assets }));
  expect(await pin("--tool", "docker-compose", "--all")).toBe(1);
  expect(machine.errors[0]).toContain(`versions.json says ${pinned}, and the vendor has ${sha256("replaced")}`);
  expect(hashesOf("docker-compose")[0]).toBe(pinned);
});

test("another version loses the old version's hashes, even where the new file cannot be had", async () => {
  expect(await pin("--tool", "git-lfs", "--version", "9.9.9")).toBe(1);
  expect(machine.manifest.downloads["git-lfs"]!.version).toBe("9.9.9");
  expect(hashesOf("git-lfs")).toEqual([null, null]);
  expect(machine.errors[0]).toContain("/v9.9.9/git-lfs-linux-amd64-v9.9.9.tar.gz answers 404");
});

test("the edge channel, whose builds have no list, needs a version from the user", async () => {
  expect(await pin("--tool", "buildkite-agent-edge")).toBe(1);
  expect(machine.errors[0]).toContain("give --tool buildkite-agent-edge --version VERSION");
});

test("a file that nothing proves is taken only on request", async () => {
  machine.pages.set(fileUrl(machine.manifest.downloads["cfn-bootstrap"]!, "amd64"), "bootstrap");
  expect(await pin("--tool", "cfn-bootstrap")).toBe(1);
  expect(machine.errors[0]).toContain("nothing proves this file");
  expect(hashesOf("cfn-bootstrap")).toEqual([null, null]);
  expect(await pin("--tool", "cfn-bootstrap", "--accept-unproven")).toBe(0);
  expect(hashesOf("cfn-bootstrap")).toEqual([sha256("bootstrap"), sha256("bootstrap")]);
});

const COMMIT = "fdd631f".padEnd(40, "1");

test.each<[string, string, string | null]>([
  ["a light tag", `${COMMIT}\trefs/tags/v2.11.0\n`, COMMIT],
  ["an annotated tag", `${"a".repeat(40)}\trefs/tags/v2.11.0\n${COMMIT}\trefs/tags/v2.11.0^{}\n`, COMMIT],
  ["a moved tag", `${"a".repeat(40)}\trefs/tags/v2.11.0\n`, null],
  ["no tag", "", null],
])("of a plugin with %s the commit is pinned if it is the known one", async (_, stdout, commit) => {
  machine.answer = () => ({ stdout });
  expect(await pin("--tool", "ecr")).toBe(commit === null ? 1 : 0);
  expect(machine.manifest.plugins.ecr!.commit).toBe(commit);
  expect(machine.calls).toEqual([
    "git ls-remote https://github.com/buildkite-plugins/ecr-buildkite-plugin.git refs/tags/v2.11.0 refs/tags/v2.11.0^{}",
  ]);
});

const FINGERPRINT = "FB5DB77FD5C118B80511ADA8A6310ACC4672475C";
const valid = (primary: string) => `[GNUPG:] VALIDSIG ${"B".repeat(40)} 2026 1 0 4 0 1 10 00 ${primary}\n`;

test.each<[string, number, string, boolean]>([
  ["the pinned key", 0, valid(FINGERPRINT), true],
  ["another key", 0, valid("C".repeat(40)), false],
  ["the pinned key, revoked", 0, `[GNUPG:] REVKEYSIG x\n${valid(FINGERPRINT)}`, false],
  ["nobody", 1, "[GNUPG:] BADSIG A6310ACC4672475C\n", false],
  ["a comment that names the pinned key", 0, `[GNUPG:] NOTATION_DATA ${FINGERPRINT}\n`, false],
])("a signature by %s counts: %#", async (_, code, stdout, counts) => {
  machine.change(({ downloads }) => (downloads["aws-cli"]!.files.amd64.sha256 = null));
  const url = fileUrl(machine.manifest.downloads["aws-cli"]!, "amd64");
  machine.pages.set(url, "zip");
  machine.pages.set(`${url}.sig`, "signature");
  machine.answer = (_program, args) => (args.includes("--verify") ? { code, stdout } : {});
  expect(await pin("--tool", "aws-cli")).toBe(counts ? 0 : 1);
  expect(hashesOf("aws-cli")[0]).toBe(counts ? sha256("zip") : null);
});

test("an unknown tool is refused with those that there are", async () => {
  expect(await pin("--tool", "goss")).toBe(2);
  expect(machine.errors[0]).toContain("versions.json has aws-cli, ");
});

test.each<[string, string, string | undefined]>([
  ["a hash alone", `${sha256("a")}\n`, sha256("a")],
  ["sha256sum's lines", `${sha256("b")}  other\n${sha256("a")}  tool\n`, sha256("a")],
  ["sha256sum's binary lines", `${sha256("a")} *tool\n`, sha256("a")],
  ["another file's line", `${sha256("a")}  tool.sig\n`, undefined],
  ["a shorter hash", `${sha256("a").slice(1)}  tool\n`, undefined],
  ["a release without digests", JSON.stringify({ assets: [{ name: "tool", digest: null }] }), undefined],
  ["an error page", "<html>404</html>", undefined],
])("%s is read as published", (_, text, hash) => {
  expect(publishedHash(text, "tool")).toBe(hash);
});
