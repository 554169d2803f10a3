import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchFile } from "./http";
import { type Key } from "./manifest";
import { type Ports } from "./ports";

interface Release {
  readonly assets: readonly { readonly name: string; readonly digest?: string | null }[];
}

/**
 * The SHA-256 of a file in what its vendor publishes: the hash alone, lines as sha256sum writes them, or GitHub's
 * description of a release.
 */
export function publishedHash(text: string, name: string): string | undefined {
  const lines = text.trimStart().startsWith("{") ? linesOfRelease(JSON.parse(text) as Release) : text.split("\n");
  for (const line of lines) {
    const [, hash, of = name] = /^([0-9a-f]{64})(?: [ *](\S+))?\s*$/i.exec(line) ?? [];
    if (hash !== undefined && of === name) return hash.toLowerCase();
  }
  return undefined;
}

function linesOfRelease({ assets }: Release): string[] {
  return assets.map(({ name, digest }) => `${(digest ?? "").replace("sha256:", "")}  ${name}`);
}

/** Throws unless the file was signed with the key that has the fingerprint. */
export async function checkSignature(
  file: string,
  signature: string,
  { fingerprint, source }: Key,
  work: string,
  { root, run, fetch: get }: Ports,
): Promise<void> {
  const home = join(work, "gnupg");
  mkdirSync(home, { mode: 0o700, recursive: true });
  const keyFile = join(work, "key");
  if (source.startsWith("https:")) await fetchFile(source, keyFile, get);
  else copyFileSync(join(root, "packer/linux", source), keyFile);
  // Without gpg-agent, which would outlive this temporary key ring.
  writeFileSync(join(home, "gpg.conf"), "no-autostart\nno-auto-key-locate\nno-permission-warning\n");
  const gpg = ["--homedir", home, "--batch", "--quiet", "--logger-file", "/dev/null", "--status-fd", "1"];
  const imported = await run("gpg", [...gpg, "--import", keyFile], { collect: true });
  if (imported.code === undefined) throw new Error("there is no gpg, which checks the vendors' signatures");
  const { code, stdout } = await run("gpg", [...gpg, "--verify", signature, file], { collect: true });
  // The last field is the primary key's fingerprint. That it has expired since does not matter; a revocation does.
  const signers = stdout.split("\n").flatMap((line) => /^\[GNUPG:\] VALIDSIG .* ([0-9A-F]{40})$/.exec(line)?.[1] ?? []);
  if (code !== 0 || !signers.includes(fingerprint) || stdout.includes("[GNUPG:] REVKEYSIG"))
    throw new Error(`${signature} is no signature of this file by ${fingerprint}`);
}
