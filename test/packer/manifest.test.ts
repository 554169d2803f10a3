import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  ARCHITECTURES,
  DISTRIBUTIONS,
  LAYERS,
  type Manifest,
  manifestProblems,
  readManifest,
  unpinned,
} from "../../packer/cli/manifest";

const root = join(__dirname, "../..");
const fresh = (): Manifest => readManifest(root);
const manifest = fresh();

test("the manifest does not contradict itself", () => {
  expect(manifestProblems(manifest)).toEqual([]);
});

test("the keys that are no vendor's address lie beside the manifest", () => {
  const files = Object.values(manifest.keys).flatMap(({ source }) => (source.startsWith("https://") ? [] : source));
  expect(files.filter((file) => !existsSync(join(root, "packer/linux", file)))).toEqual([]);
});

/** What documents promise of the machine, and where it comes from: packages, or downloads by name. */
const promised: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Docker: { amazonlinux2023: "docker", ubuntu2404: "docker.io" },
  compose: { both: "docker-compose" },
  buildx: { both: "docker-buildx" },
  git: { both: "git" },
  "git-lfs": { both: "git-lfs" },
  jq: { both: "jq" },
  "AWS CLI": { both: "aws-cli" },
  "session-manager-plugin": { both: "session-manager-plugin" },
  "SSM agent": { amazonlinux2023: "amazon-ssm-agent", ubuntu2404: "ssm-agent" },
  "CloudWatch agent": { amazonlinux2023: "amazon-cloudwatch-agent", ubuntu2404: "cloudwatch-agent" },
  "cfn-bootstrap": { amazonlinux2023: "aws-cfn-bootstrap", ubuntu2404: "cfn-bootstrap" },
  "EC2 Instance Connect": { both: "ec2-instance-connect" },
  "ECR credential helper": { both: "amazon-ecr-credential-helper" },
  emulators: { both: "qemu-user" },
  lifecycled: { both: "lifecycled" },
  "s3secrets-helper": { both: "s3secrets-helper" },
  "agent, stable": { both: "buildkite-agent-stable" },
  "agent, beta": { both: "buildkite-agent-beta" },
  "agent, edge": { both: "buildkite-agent-edge" },
  "agent, oldstable": { both: "buildkite-agent-oldstable" },
};

describe.each(DISTRIBUTIONS)("on %s", (distribution) => {
  const packages = [...manifest.packages.all, ...manifest.packages[distribution]];

  test.each(Object.keys(promised))("%s comes from the locked repositories or a pinned download", (tool) => {
    const name = promised[tool]![distribution] ?? promised[tool]!.both!;
    const download = manifest.downloads[name];
    const isDownload = download !== undefined && (download.distribution ?? distribution) === distribution;
    expect([packages.includes(name), isDownload].filter(Boolean)).toHaveLength(1);
  });

  test.each(ARCHITECTURES)("the %s source is one image by its full name, whose release is pinned", (architecture) => {
    const { name, release, owner } = manifest.images[distribution];
    expect(name[architecture]).toMatch(/\{release\}/);
    expect(name[architecture]).not.toContain("*");
    expect(release).toMatch(/20\d{6}$/);
    expect(owner).toMatch(/^(amazon|\d{12})$/);
  });
});

test("Ubuntu's repositories are locked to a moment after the release of the source image", () => {
  const { release, snapshot } = manifest.images.ubuntu2404;
  expect(snapshot).toMatch(/^\d{8}T\d{6}Z$/);
  expect(snapshot!.slice(0, 8) >= release).toBe(true);
});

test.each(["docker-login", "ecr", "secrets"])(
  "the plugin %s is a repository, a tag and a commit or its beginning",
  (name) => {
    expect(manifest.plugins[name]).toMatchObject({
      repository: expect.stringMatching(/^https:\/\/github\.com\/buildkite/),
      tag: expect.stringMatching(/^v\d/),
      begins: expect.stringMatching(/^[0-9a-f]{7}/),
    });
  },
);

test.each<[string, (broken: Manifest) => unknown, string]>([
  [
    "a SHA-256 that is none",
    ({ downloads }) => (downloads["git-lfs"]!.files.arm64.sha256 = "abc"),
    "abc is no SHA-256",
  ],
  [
    "a SHA-256 in capitals",
    ({ downloads }) => (downloads["git-lfs"]!.files.amd64.sha256 = "A".repeat(64)),
    "no SHA-256",
  ],
  ["a SHA-256 without version", ({ downloads }) => (downloads["git-lfs"]!.version = null), "a SHA-256 of no version"],
  [
    "an address without TLS",
    ({ downloads }) => Object.assign(downloads["git-lfs"]!.files.amd64, { url: "http://example.com/{version}" }),
    "is no https address",
  ],
  [
    "an address that is always the latest",
    ({ downloads }) => Object.assign(downloads["git-lfs"]!.files.amd64, { url: "https://example.com/latest" }),
    "does not name the version",
  ],
  [
    "a proof by an unknown key",
    ({ downloads }) => Object.assign(downloads["aws-cli"]!.proof, { key: "mine" }),
    "there is no key mine",
  ],
  [
    "a key's short name",
    ({ keys }) => Object.assign(keys["aws-cli"]!, { fingerprint: "A6310ACC" }),
    "is no fingerprint",
  ],
  ["a branch for a commit", ({ plugins }) => (plugins.ecr!.commit = "main"), "main is no commit"],
  ["another commit than the known one", ({ plugins }) => (plugins.ecr!.commit = "0".repeat(40)), "does not begin with"],
])("%s is found", (_, breakIt, message) => {
  const broken = fresh();
  breakIt(broken);
  expect(manifestProblems(broken)).toContainEqual(expect.stringContaining(message));
});

test("what has no hash is named, for the layer, distribution and architecture that are built and no other", () => {
  const broken = fresh();
  for (const { files } of Object.values(broken.downloads)) files.amd64.sha256 = files.arm64.sha256 = "0".repeat(64);
  for (const plugin of Object.values(broken.plugins)) plugin.commit = "0".repeat(40);
  for (const download of Object.values(broken.downloads)) download.version ??= "1";
  expect(unpinned(broken, LAYERS, "ubuntu2404", "amd64")).toEqual([]);
  broken.downloads["cfn-bootstrap"]!.files.arm64.sha256 = null;
  broken.downloads["buildkite-agent-edge"]!.version = null;
  broken.plugins.ecr!.commit = null;
  expect(unpinned(broken, ["base"], "ubuntu2404", "arm64")).toEqual(["cfn-bootstrap 2.0-39 has no SHA-256 for arm64"]);
  expect(unpinned(broken, ["base"], "ubuntu2404", "amd64")).toEqual([]);
  expect(unpinned(broken, ["base"], "amazonlinux2023", "arm64")).toEqual([]);
  expect(unpinned(broken, ["stack"], "amazonlinux2023", "arm64")).toEqual([
    "buildkite-agent-edge has no version",
    "plugin ecr v2.11.0 has no commit",
  ]);
});
