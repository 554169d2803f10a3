import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Order } from "./arguments";
import {
  type Architecture,
  ARCHITECTURES,
  type Download,
  fileUrl,
  type Manifest,
  manifestPath,
  type Plugin,
  readManifest,
} from "./manifest";
import { checkSignature, publishedHash } from "./proof";
import { type Surroundings } from "./surroundings";
import { fetchFile, fetchText } from "./web";

/** Fills the manifest. What could not be proven stays as it is, and one failure does not stop the others. */
export async function pin({ options }: Order, surroundings: Surroundings): Promise<number> {
  const { root, terminal } = surroundings;
  const manifest = readManifest(root);
  const tool = options.get("--tool");
  if (tool !== undefined && !(tool in manifest.downloads) && !(tool in manifest.plugins)) {
    const known = [...Object.keys(manifest.downloads), ...Object.keys(manifest.plugins)].join(", ");
    terminal.error(`Error: --tool ${tool}: versions.json has ${known}.`);
    return 2;
  }
  const chosen = <T>(items: Readonly<Record<string, T>>) =>
    Object.entries(items).filter(([name]) => name === (tool ?? name));
  const version = options.get("--version");
  if (version !== undefined) changeVersion(chosen(manifest.downloads), chosen(manifest.plugins), version);
  const pins = new Pins(manifest, options, surroundings);
  for (const [name, download] of chosen(manifest.downloads)) await pins.download(name, download);
  for (const [name, plugin] of chosen(manifest.plugins)) await pins.plugin(name, plugin);
  return pins.failures === 0 ? 0 : 1;
}

function changeVersion(downloads: [string, Download][], plugins: [string, Plugin][], version: string): void {
  for (const [, download] of downloads) {
    download.version = version;
    for (const architecture of ARCHITECTURES) download.files[architecture].sha256 = null;
  }
  for (const [, plugin] of plugins) Object.assign(plugin, { tag: version, begins: "", commit: null });
}

class Pins {
  failures = 0;

  constructor(
    private readonly manifest: Manifest,
    private readonly options: Order["options"],
    private readonly surroundings: Surroundings,
  ) {}

  async download(name: string, download: Download): Promise<void> {
    for (const architecture of ARCHITECTURES) {
      const file = download.files[architecture];
      if (file.sha256 !== null && !this.options.has("--all")) continue;
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
    if (plugin.commit !== null && !this.options.has("--all")) return;
    await this.attempt(`plugin ${name} ${plugin.tag}`, async () => {
      const commit = await this.commitOf(plugin);
      if (!commit.startsWith(plugin.commit ?? plugin.begins))
        throw new Error(`versions.json says ${plugin.commit ?? plugin.begins}, and the tag is at ${commit}`);
      plugin.commit = commit;
      return commit;
    });
  }

  /** Written down at once: whoever interrupts the rest keeps that much. */
  private async attempt(what: string, fill: () => Promise<string>): Promise<void> {
    const { root, terminal } = this.surroundings;
    try {
      terminal.log(`${what}: ${await fill()}`);
    } catch (error) {
      this.failures += 1;
      terminal.error(`Error: ${what}: ${error instanceof Error ? error.message : String(error)}.`);
    } finally {
      writeFileSync(manifestPath(root), `${JSON.stringify(this.manifest, null, 2)}\n`);
    }
  }

  /** The SHA-256 of the vendor's file, once the vendor has vouched for it. */
  private async proven(download: Download, architecture: Architecture): Promise<string> {
    const url = fileUrl(download, architecture);
    const { proof, version } = download;
    const { fetch: get } = this.surroundings;
    if ("none" in proof && !this.options.has("--accept-unproven"))
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
        await checkSignature(file, join(work, "signature"), this.manifest.keys[proof.key]!, work, this.surroundings);
      }
      return sha256;
    } finally {
      rmSync(work, { recursive: true });
    }
  }

  private async commitOf({ repository, tag }: Plugin): Promise<string> {
    const refs = [`refs/tags/${tag}`, `refs/tags/${tag}^{}`];
    const { code, stdout } = await this.surroundings.run("git", ["ls-remote", repository, ...refs], { collect: true });
    if (code === undefined) throw new Error("there is no git");
    // An annotated tag comes before the commit that it points to.
    const commit = stdout.trim().split("\n").at(-1)?.split("\t")[0] ?? "";
    if (code !== 0 || !/^[0-9a-f]{40}$/.test(commit)) throw new Error(`${repository} has no tag ${tag}`);
    return commit;
  }
}
