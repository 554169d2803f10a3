import { readFileSync } from "node:fs";
import { join } from "node:path";

export const LAYERS = ["base", "stack"] as const;
export const DISTRIBUTIONS = ["amazonlinux2023", "ubuntu2404"] as const;
export const ARCHITECTURES = ["amd64", "arm64"] as const;

export type Layer = (typeof LAYERS)[number];
export type Distribution = (typeof DISTRIBUTIONS)[number];
export type Architecture = (typeof ARCHITECTURES)[number];

/** How the vendor proves a file's content. `{url}` and `{version}` are filled in. */
export type Proof =
  { readonly signature: string; readonly key: string } | { readonly checksums: string } | { readonly none: string };

export interface Download {
  readonly layer: Layer;
  /** Only for this distribution: the other one has a package. */
  readonly distribution?: Distribution;
  version: string | null;
  readonly files: Readonly<Record<Architecture, { readonly url: string; sha256: string | null }>>;
  readonly proof: Proof;
}

export interface Plugin {
  readonly repository: string;
  tag: string;
  /** The first digits of the commit, where only these are known. */
  begins: string;
  commit: string | null;
}

export interface Key {
  readonly fingerprint: string;
  /** A file beside the manifest, or a URL. The key must have the fingerprint. */
  readonly source: string;
}

export interface Source {
  readonly release: string;
  /** The time of the snapshot of Ubuntu's repositories. Amazon Linux's repositories are locked to the release. */
  readonly snapshot?: string;
  readonly owner: string;
  readonly name: Readonly<Record<Architecture, string>>;
}

export interface Manifest {
  readonly images: Readonly<Record<Distribution, Source>>;
  readonly packages: Readonly<Record<"all" | Distribution, readonly string[]>>;
  readonly downloads: Readonly<Record<string, Download>>;
  readonly plugins: Readonly<Record<string, Plugin>>;
  readonly keys: Readonly<Record<string, Key>>;
}

export function manifestPath(root: string): string {
  return join(root, "packer/linux/versions.json");
}

export function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(manifestPath(root), "utf8")) as Manifest;
}

export function fileUrl(download: Download, architecture: Architecture): string {
  return download.files[architecture].url.replaceAll("{version}", download.version ?? "{version}");
}

/** What is not pinned and is needed by these images. */
export function unpinned(
  { downloads, plugins }: Manifest,
  layers: readonly Layer[],
  distribution: Distribution,
  architecture: Architecture,
): string[] {
  const needed = Object.entries(downloads).filter(
    ([, download]) => layers.includes(download.layer) && (download.distribution ?? distribution) === distribution,
  );
  const files = needed.flatMap(([name, { version, files }]) => {
    if (version === null) return [`${name} has no version`];
    return files[architecture].sha256 === null ? [`${name} ${version} has no SHA-256 for ${architecture}`] : [];
  });
  const commits = layers.includes("stack") ? Object.entries(plugins) : [];
  return [
    ...files,
    ...commits.flatMap(([name, { commit, tag }]) => (commit === null ? [`plugin ${name} ${tag} has no commit`] : [])),
  ];
}

/** Contradictions in the manifest. */
export function manifestProblems({ downloads, plugins, keys }: Manifest): string[] {
  return [
    ...Object.entries(downloads).flatMap(([name, download]) => problemsOf(name, download, keys)),
    ...Object.entries(plugins).flatMap(([name, { repository, commit, begins }]) => [
      ...problemIf(
        !/^https:\/\/.*\.git$/.test(repository),
        `plugin ${name}: ${repository} is no address of a repository`,
      ),
      ...problemIf(!isHex(commit ?? begins.padEnd(40, "0"), 40), `plugin ${name}: ${commit} is no commit`),
      ...problemIf(!(commit ?? begins).startsWith(begins), `plugin ${name}: ${commit} does not begin with ${begins}`),
    ]),
    ...Object.entries(keys).flatMap(([name, { fingerprint }]) =>
      problemIf(!/^[0-9A-F]{40}$/.test(fingerprint), `key ${name}: ${fingerprint} is no fingerprint`),
    ),
  ];
}

function problemsOf(name: string, { version, files, proof }: Download, keys: Manifest["keys"]): string[] {
  const problems = ARCHITECTURES.flatMap((architecture) => {
    const { url, sha256 } = files[architecture];
    return [
      ...problemIf(!/^https:\/\/[^/]+\//.test(url), `${name}: ${url} is no https address`),
      ...problemIf(!url.includes("{version}"), `${name}: ${url} does not name the version`),
      ...problemIf(sha256 !== null && !isHex(sha256, 64), `${name}: ${sha256} is no SHA-256`),
      ...problemIf(sha256 !== null && version === null, `${name}: a SHA-256 of no version`),
    ];
  });
  const unknown = "key" in proof && !(proof.key in keys);
  return [...problems, ...problemIf(unknown, `${name}: there is no key ${"key" in proof ? proof.key : ""}`)];
}

function problemIf(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}

function isHex(text: string, length: number): boolean {
  return new RegExp(`^[0-9a-f]{${length}}$`).test(text);
}
