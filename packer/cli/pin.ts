import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command } from "commander";
import { matching } from "../../src/cli/command-line";
import { fetchFile, fetchText } from "./http";
import { checkedManifest } from "./images";
import {
  type Architecture,
  ARCHITECTURES,
  type Download,
  fileUrl,
  type Manifest,
  manifestPath,
  type Plugin,
} from "./manifest";
import { type Ports } from "./ports";
import { checkSignature, publishedHash } from "./proof";

interface Options {
  readonly tool?: string;
  readonly version?: string;
  readonly all?: boolean;
  readonly acceptUnproven?: boolean;
}

export function addPin(program: Command, ports: Ports): void {
  program
    .command("pin")
    .summary("fill versions.json from the vendors")
    .description(
      "Fills versions.json from the vendors: fetches each file that has no SHA-256 yet, and checks it " +
        "against the vendor's own checksum or signature. It needs gpg and git.",
    )
    .option("--tool <NAME>", "only this one, as versions.json calls it (default: all)")
    .option(
      "--version <VERSION>",
      "give that tool another version",
      matching(/^[\w.+~-]{1,64}$/, "1 to 64 letters, digits, _ . + ~ or -, such as 1.2.3"),
    )
    .option("--all", "check what has a SHA-256 already, too")
    .option("--accept-unproven", "take files that their vendor vouches for nowhere")
    .addHelpText("after", "\nExample:\n  npm run packer -- pin --tool docker-buildx --version 0.34.1")
    .action(async (options: Options, command: Command) => {
      if (options.version !== undefined && options.tool === undefined) command.error("--version needs --tool.");
      await pin(options, command, ports);
    });
}

/** Fills the manifest. An entry that cannot be proven stays as it is, and one failure does not stop the others. */
async function pin(options: Options, command: Command, ports: Ports): Promise<void> {
  const { tool, version } = options;
  const manifest = checkedManifest(ports);
  const known = [...Object.keys(manifest.downloads), ...Object.keys(manifest.plugins)];
  if (tool !== undefined && !known.includes(tool))
    command.error(`--tool ${JSON.stringify(tool)}: versions.json has ${known.join(", ")}.`);
  const chosen = <T>(items: Readonly<Record<string, T>>) =>
    Object.entries(items).filter(([name]) => name === (tool ?? name));
  if (version !== undefined) changeVersion(chosen(manifest.downloads), chosen(manifest.plugins), version);
  const pins = new ManifestPins(manifest, options, ports);
  for (const [name, download] of chosen(manifest.downloads)) await pins.download(name, download);
  for (const [name, plugin] of chosen(manifest.plugins)) await pins.plugin(name, plugin);
  if (pins.failures > 0) throw new Error(`${pins.failures} of the entries could not be filled.`);
}

function changeVersion(downloads: [string, Download][], plugins: [string, Plugin][], version: string): void {
  for (const [, download] of downloads) {
    download.version = version;
    for (const architecture of ARCHITECTURES) download.files[architecture].sha256 = null;
  }
  for (const [, plugin] of plugins) Object.assign(plugin, { tag: version, begins: "", commit: null });
}

class ManifestPins {
  failures = 0;

  constructor(
    private readonly manifest: Manifest,
    private readonly options: Options,
    private readonly ports: Ports,
  ) {}

  async download(name: string, download: Download): Promise<void> {
    for (const architecture of ARCHITECTURES) {
      const file = download.files[architecture];
      if (file.sha256 !== null && !this.options.all) continue;
      await this.attempt(`${name} ${download.version ?? ""} ${architecture}`, async () => {
        if (download.version === null) throw new Error(`it has no version: give --tool ${name} --version VERSION`);
        const sha256 = await this.proven(download, architecture);
        if (file.sha256 !== null && file.sha256 !== sha256)
          throw new Error(`versions.json says ${file.sha256}, and the vendor has ${sha256}`);
        file.sha256 = sha256;
        return sha256;
      });
    }
  }

  async plugin(name: string, plugin: Plugin): Promise<void> {
    if (plugin.commit !== null && !this.options.all) return;
    await this.attempt(`plugin ${name} ${plugin.tag}`, async () => {
      const commit = await this.commitOf(plugin);
      if (!commit.startsWith(plugin.commit ?? plugin.begins))
        throw new Error(`versions.json says ${plugin.commit ?? plugin.begins}, and the tag is at ${commit}`);
      plugin.commit = commit;
      return commit;
    });
  }

  /** Writes the manifest after each entry, so that an interruption loses nothing. */
  private async attempt(what: string, fill: () => Promise<string>): Promise<void> {
    const { root, output } = this.ports;
    try {
      output.log(`${what}: ${await fill()}`);
    } catch (error) {
      this.failures += 1;
      output.error(`${what}: ${error instanceof Error ? error.message : String(error)}.`);
    } finally {
      writeFileSync(manifestPath(root), `${JSON.stringify(this.manifest, null, 2)}\n`);
    }
  }

  /** The SHA-256 of the vendor's file. Throws where the vendor's checksum or signature does not prove it. */
  private async proven(download: Download, architecture: Architecture): Promise<string> {
    const url = fileUrl(download, architecture);
    const { proof, version } = download;
    const { fetch: get } = this.ports;
    if ("none" in proof && !this.options.acceptUnproven)
      throw new Error(`nothing proves this file (${proof.none}): compare it on two networks, then --accept-unproven`);
    const address = (text: string) => text.replaceAll("{url}", url).replaceAll("{version}", version ?? "");
    const work = mkdtempSync(join(tmpdir(), "packer-pin-"));
    try {
      const file = join(work, "file");
      const sha256 = await fetchFile(url, file, get);
      if ("checksums" in proof) {
        const name = url.slice(url.lastIndexOf("/") + 1);
        const published = publishedHash(await fetchText(address(proof.checksums), get), name);
        if (published !== sha256) throw new Error(`the vendor publishes ${published ?? "no SHA-256"}, it is ${sha256}`);
      } else if ("signature" in proof) {
        await fetchFile(address(proof.signature), join(work, "signature"), get);
        await checkSignature(file, join(work, "signature"), this.manifest.keys[proof.key]!, work, this.ports);
      }
      return sha256;
    } finally {
      rmSync(work, { recursive: true });
    }
  }

  private async commitOf({ repository, tag }: Plugin): Promise<string> {
    const refs = [`refs/tags/${tag}`, `refs/tags/${tag}^{}`];
    const { code, stdout } = await this.ports.run("git", ["ls-remote", repository, ...refs], { collect: true });
    if (code === undefined) throw new Error("there is no git");
    // An annotated tag comes before the commit that it points to.
    const commit = stdout.trim().split("\n").at(-1)?.split("\t")[0] ?? "";
    if (code !== 0 || !/^[0-9a-f]{40}$/.test(commit)) throw new Error(`${repository} has no tag ${tag}`);
    return commit;
  }
}
