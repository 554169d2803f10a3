import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAYERS, type Manifest, manifestPath, readManifest } from "../../../packer/cli/manifest";
import { type Outcome, type Ports } from "../../../packer/cli/ports";

const repository = join(__dirname, "../../..");

/** A copy of what the command reads, with a packer, gpg and git that only answer, and a web of given pages. */
export class Machine {
  readonly root = mkdtempSync(join(tmpdir(), "packer-test-"));
  readonly calls: string[] = [];
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly pages = new Map<string, string | number>();
  answer: (program: string, args: readonly string[], folder: string) => Partial<Outcome> = () => ({});

  constructor() {
    const templates = LAYERS.flatMap((layer) => [`${layer}/image.pkr.hcl`, `${layer}/plugins.pkr.hcl`]);
    const linux = ["versions.json", "keys/aws-cli.asc", ...templates].map((file) => `packer/linux/${file}`);
    for (const file of [...linux, "packer/linux/shared", "userdata/linux"])
      cpSync(join(repository, file), join(this.root, file), { recursive: true });
  }

  get ports(): Ports {
    return {
      root: this.root,
      run: (program, args, { folder = "" }) => {
        this.calls.push([program, ...args].join(" "));
        return Promise.resolve({ code: 0, stdout: "", ...this.answer(program, args, folder) });
      },
      fetch: ((url: string) => Promise.resolve(this.page(url))) as typeof fetch,
      output: { log: (text) => this.lines.push(text), error: (text) => this.errors.push(text) },
    };
  }

  get manifest(): Manifest {
    return readManifest(this.root);
  }

  get manifestText(): string {
    return readFileSync(manifestPath(this.root), "utf8");
  }

  change(edit: (manifest: Manifest) => unknown): void {
    const { manifest } = this;
    edit(manifest);
    writeFileSync(manifestPath(this.root), `${JSON.stringify(manifest, null, 2)}\n`);
  }

  /** Every entry has a hash, though none of a real file. */
  pinEverything(): void {
    this.change(({ downloads, plugins }) => {
      for (const download of Object.values(downloads)) {
        download.version ??= "1.0";
        download.files.amd64.sha256 = download.files.arm64.sha256 = "0".repeat(64);
      }
      for (const plugin of Object.values(plugins)) plugin.commit = plugin.begins.padEnd(40, "0");
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  private page(url: string): Response {
    const page = this.pages.get(url) ?? 404;
    const response = typeof page === "number" ? new Response("<html>", { status: page }) : new Response(page);
    Object.defineProperty(response, "url", { value: this.redirects.get(url) ?? url });
    return response;
  }

  readonly redirects = new Map<string, string>();
}
