import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../../packer/cli/program";
import { checkSignature } from "../../../packer/cli/proof";
import { copyForDebianPacker, debianPacker } from "../../harness/image/debian-packer";
import { run } from "../../harness/processes";
import { requirePrograms } from "../../harness/tools";

const repository = join(__dirname, "../../..");
const linux = join(repository, "packer/linux");

/** The Debian package of each tool. */
const tools = {
  packer: "packer",
  git: "git",
  shellcheck: "shellcheck",
  jq: "jq",
  curl: "curl",
  gpg: "gpg",
  ar: "binutils",
};

let work: string;

beforeAll(() => requirePrograms(tools));

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "packer-e2e-"));
});

afterEach(() => {
  rmSync(work, { recursive: true });
});

describe("npm run packer", () => {
  /** As on a machine without credentials, whose every way into the network is closed. */
  const closed = { PATH: process.env.PATH, HOME: "/nonexistent", HTTPS_PROXY: "http://127.0.0.1:1", AWS_REGION: "" };
  const packer = (args: readonly string[], root: string, env: Readonly<Record<string, string>>) =>
    run("node", [join(repository, "node_modules/.bin/tsx"), join(root, "packer/packer.ts"), ...args], {
      cwd: root,
      env: { ...closed, ...env },
      timeoutMs: 840_000,
    });
  const withDebians = (args: readonly string[], root: string) => packer(args, root, { PACKER: debianPacker(work) });

  test("validate finds all eight images valid, without network and credentials", async () => {
    copyForDebianPacker(work);
    const { code, stdout, output } = await withDebians(["validate"], work);
    expect(output).not.toContain("Error");
    expect(code).toBe(0);
    expect(stdout.match(/^(base|stack) \w+ (amd64|arm64): valid$/gm)).toHaveLength(8);
  });

  test("fmt --check finds the templates formatted", async () => {
    const { code, output } = await withDebians(["fmt", "--check"], repository);
    expect({ code, output }).toEqual({ code: 0, output: "base: formatted\nstack: formatted\n" });
  });

  test.each<[string, readonly string[], (template: string) => string, string]>([
    ["an argument that there is not", ["validate"], (text) => text.replace("ami_name  ", "ami_nam "), "ami_nam"],
    ["a script that there is not", ["validate"], (text) => text.replace("check-base", "check-bass"), "check-bass.sh"],
    ["no owner of the source", ["validate"], (text) => text.replace(/owners += .*/, ""), "must declare an owner"],
    ["a wrong indentation", ["fmt", "--check"], (text) => text.replace("  ami_name", " ami_name"), "not formatted"],
  ])("%s is found", async (_, args, spoil, message) => {
    copyForDebianPacker(work);
    const template = join(work, "packer/linux/base/image.pkr.hcl");
    const before = readFileSync(template, "utf8");
    writeFileSync(template, spoil(before));
    expect(readFileSync(template, "utf8")).not.toBe(before);
    const { code, output } = await withDebians([...args, "--layer", "base"], work);
    expect(output).toContain(message);
    expect(code).toBe(1);
  });

  test("without a packer it says in one sentence where to get one", async () => {
    const { code, output } = await packer(["validate"], repository, { PACKER: "no-such-packer" });
    expect(output).toMatch(/^Error: there is no no-such-packer\. Install it \(https:\S+\), or name it in PACKER\.\n$/);
    expect(code).toBe(1);
  });
});

test("shellcheck finds nothing at its strictest in any script of the images", async () => {
  const files = readdirSync(linux, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.sh$/.test(path) || readFileSync(path, "utf8").startsWith("#!/bin/bash"));
  expect(files.length).toBeGreaterThan(15);
  const strict = ["--external-sources", "--enable=all", "--exclude=SC2250,SC2312"];
  const outcome = await run("shellcheck", [...strict, ...files], { cwd: repository, timeoutMs: 840_000 });
  expect(outcome.output).toBe("");
  expect(outcome.code).toBe(0);
  expect(files.filter((path) => readFileSync(path, "utf8").includes("shellcheck disable"))).toEqual([]);
});

describe("a vendor's signature", () => {
  const gpg = (...args: string[]) => {
    const home = join(work, "signer");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const outcome = spawnSync("gpg", ["--homedir", home, "--batch", "--passphrase", "", ...args], { encoding: "utf8" });
    expect(outcome.stderr).not.toContain("error");
    return outcome.stdout;
  };
  const ports = () => ({ root: work, run: runProgram, fetch, output: console });

  function sign(): { fingerprint: string; check: (content: string, by: string) => Promise<void> } {
    gpg("--quick-generate-key", "vendor@example.com", "ed25519", "sign", "never");
    const [, fingerprint = ""] = /^fpr:+([0-9A-F]{40}):/m.exec(gpg("--with-colons", "--list-keys")) ?? [];
    mkdirSync(join(work, "packer/linux/keys"), { recursive: true });
    writeFileSync(join(work, "packer/linux/keys/vendor.asc"), gpg("--armor", "--export", fingerprint));
    writeFileSync(join(work, "file"), "content");
    gpg("--detach-sign", "--output", join(work, "signature"), join(work, "file"));
    const check = (content: string, by: string) => {
      writeFileSync(join(work, "file"), content);
      const key = { fingerprint: by, source: "keys/vendor.asc" };
      return checkSignature(join(work, "file"), join(work, "signature"), key, join(work, "check"), ports());
    };
    mkdirSync(join(work, "check"));
    return { fingerprint, check };
  }

  test("counts for the very file and the pinned key, and for nothing else", async () => {
    const { fingerprint, check } = sign();
    await expect(check("content", fingerprint)).resolves.toBeUndefined();
    await expect(check("Content", fingerprint)).rejects.toThrow("is no signature of this file");
    await expect(check("content", "F".repeat(40))).rejects.toThrow("is no signature of this file");
    spawnSync("gpgconf", ["--homedir", join(work, "signer"), "--kill", "all"]);
    expect(existsSync(join(work, "check/gnupg/S.gpg-agent"))).toBe(false);
  });

  test.each(["aws-cli", "session-manager-plugin"])(
    "by the key %s can be checked: the key has the pinned fingerprint",
    (name) => {
      const manifest = JSON.parse(readFileSync(join(linux, "versions.json"), "utf8"));
      const { fingerprint, source } = manifest.keys[name];
      const listed = gpg("--with-colons", "--show-keys", join(linux, source));
      expect(/^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1]).toBe(fingerprint);
    },
  );
});
