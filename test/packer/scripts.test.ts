import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type Layer, LAYERS, readManifest } from "../../packer/cli/manifest";

const root = join(__dirname, "../..");
const linux = join(root, "packer/linux");
const manifest = readManifest(root);

const read = (path: string): string => readFileSync(join(linux, path), "utf8");
const scriptsIn = (folder: string): string[] => readdirSync(join(linux, folder)).map((name) => `${folder}/${name}`);
const layerScripts: Readonly<Record<Layer, readonly string[]>> = {
  base: scriptsIn("base/scripts"),
  stack: scriptsIn("stack/scripts"),
};
const scripts = [...LAYERS.flatMap((layer) => layerScripts[layer]), ...scriptsIn("shared")];
const templates = LAYERS.flatMap((layer) => [`${layer}/image.pkr.hcl`, `${layer}/plugins.pkr.hcl`]);
const code = (path: string): string => read(path).replace(/^\s*#.*$/gm, "");

test.each(scripts)("%s names no address and no version: those are in the manifest", (path) => {
  expect(code(path)).not.toMatch(/https?:\/\//);
  const versions = Object.values(manifest.downloads).flatMap(({ version }) => version ?? []);
  expect(versions.filter((version) => code(path).includes(version))).toEqual([]);
  expect(code(path)).not.toMatch(/\b\d+\.\d+\.\d+\b/);
  expect(code(path)).not.toMatch(/\blatest\b/);
});

test("nothing is fetched but by the function that compares hashes, by git at a commit, and by the locked repositories", () => {
  const fetching = scripts.filter((path) => /\b(curl|wget|git clone|aws s3 cp)\b(?! dig)/.test(code(path)));
  expect(fetching.filter((path) => !path.endsWith("check-base.sh"))).toEqual(["shared/download.sh"]);
  const installing = scripts.flatMap((path) => code(path).match(/^.*\bpip3? install\b.*$/gm) ?? []);
  expect(installing).toEqual([expect.stringMatching(/--no-deps .*--no-index/)]);
});

test("the function for downloads renames a file to its name only after sha256sum has confirmed it", () => {
  const [, body = ""] = /^fetch\(\) \{\n([^]*?)^\}/m.exec(code("shared/download.sh")) ?? [];
  const position = (text: string) => body.indexOf(text);
  expect(position("curl")).toBeGreaterThan(0);
  expect(position("sha256sum --check")).toBeGreaterThan(position("curl"));
  expect(position("mv ")).toBeGreaterThan(position("sha256sum --check"));
  expect(body).toContain("--fail");
});

describe.each(LAYERS)("the %s layer", (layer) => {
  const text = layerScripts[layer]
    .filter((path) => !path.includes("/check-"))
    .map(code)
    .join("\n");
  const names = Object.keys(manifest.downloads).filter((name) => manifest.downloads[name]!.layer === layer);

  test.each(names)("installs %s", (name) => {
    const [program, channel = ""] = name.split(/-(?=stable$|beta$|edge$|oldstable$)/);
    const loop = new RegExp(`for channel in [a-z ]*\\b${channel}\\b`);
    const isInLoop = channel !== "" && loop.test(text) && text.includes(`"${program}-$channel"`);
    const calls = new RegExp(`(download|install_\\w+) "?${name}"?( |$)`, "m");
    expect(calls.test(text) || isInLoop).toBe(true);
  });

  test("downloads nothing that the manifest has for another layer, or not at all", () => {
    const called = [...text.matchAll(/^ *(?:download|install_plugin|install_deb|install_program) ([a-z][\w-]*)/gm)];
    expect(called.length).toBeGreaterThan(1);
    expect(called.map(([, name]) => name).filter((name) => !names.includes(name!))).toEqual([]);
  });

  test("runs each of its scripts once, its assertions after all others and then only the cleaning up", () => {
    const list = [
      ...read(`${layer}/image.pkr.hcl`).matchAll(/"\$\{path\.root\}\/((?:scripts|\.\.\/shared)\/\S+\.sh)",/g),
    ].map(([, path]) => path!);
    const expected = [...layerScripts[layer].map((path) => path.replace(`${layer}/`, "")), "../shared/clean-up.sh"];
    expect([...list].sort()).toEqual(expected.sort());
    expect(list.slice(-2)).toEqual([`scripts/check-${layer}.sh`, "../shared/clean-up.sh"]);
  });

  test("asserts that every command it installed prints the version in the manifest, or is root's", () => {
    const checks = code(`${layer}/scripts/check-${layer}.sh`);
    const exempt = ["cfn-bootstrap", "cloudwatch-agent", "qemu-user", "ssm-agent", "lifecycled", "s3secrets-helper"];
    const versioned = names.filter((name) => !exempt.includes(name) && !name.startsWith("buildkite-agent-"));
    expect(versioned.filter((name) => !checks.includes(`version_of ${name})`))).toEqual([]);
    if (layer === "stack") expect(checks).toContain('version_of "buildkite-agent-$channel"');
  });

  test("is built by a machine that answers only IMDSv2, and its images ask for the same", () => {
    const template = read(`${layer}/image.pkr.hcl`);
    expect(template).toMatch(/http_tokens += "required"/);
    expect(template).toMatch(/imds_support += "v2\.0"/);
    expect(template).toMatch(/ssh_clear_authorized_keys += true/);
  });

  test("tags its images with what they were made of", () => {
    const template = read(`${layer}/image.pkr.hcl`);
    const tags = ["Name", "Component", "OSVersion", "Distro", "Architecture", "BuildNumber", "SourceAMIID"];
    const more = layer === "stack" ? ["AgentVersion", "IsReleased"] : [];
    for (const tag of [...tags, ...more]) expect(template).toMatch(new RegExp(`^    ${tag} += `, "m"));
    expect(template).toMatch(/source_ami( |_filter)/);
  });
});

const tree = join(linux, "stack/files");
const inTree = readdirSync(tree, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(tree, join(entry.parentPath, entry.name)));

test("a file of the image's tree is executable exactly where it begins with #!, since modes come from the repository", () => {
  const isProgram = (path: string) => readFileSync(join(tree, path), "utf8").startsWith("#!");
  const isExecutable = (path: string) => (statSync(join(tree, path)).mode & 0o111) !== 0;
  expect(inTree.length).toBeGreaterThan(0);
  expect(inTree.filter((path) => isProgram(path) !== isExecutable(path))).toEqual([]);
});

test("what the stack layer's assertions expect of the tree is in the tree", () => {
  const checks = code("stack/scripts/check-stack.sh").replaceAll("\\\n", " ");
  const list = (name: string) =>
    [...checks.matchAll(new RegExp(`for ${name} in ([^;]*);`, "g"))].flatMap(([, words]) => words!.trim().split(/\s+/));
  const programs = list("program").filter((name) => !(name in manifest.downloads));
  const hooks = list("hook").filter((hook) => !hook.includes("/"));
  const units = ["buildkite-agent.service", "lifecycled.service"];
  for (const fromUserData of [
    "instance.sh",
    "with-environment.sh",
    "drain-watcher.sh",
    "liveness.sh",
    "await-agent.sh",
  ]) {
    expect(checks).toContain(`$library/${fromUserData}" root:root`);
    expect(code("stack/image.pkr.hcl")).toContain(`/userdata/linux/${fromUserData}"`);
  }
  const powerOff = list("unit").filter((unit) => unit.startsWith("cloud-"));
  expect([programs.length, hooks.length, powerOff.length]).toEqual([11, 4, 3]);
  const expected = [
    ...programs.map((name) => `usr/local/bin/${name}`),
    ...hooks.map((name) => `etc/buildkite-agent/hooks/${name}`),
    ...units.map((name) => `etc/systemd/system/${name}`),
    ...powerOff.map((unit) => `etc/systemd/system/${unit}.d/10-power-off-on-failure.conf`),
    "opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json",
  ];
  expect(expected.filter((path) => !inTree.includes(path))).toEqual([]);
});

test.each(LAYERS)(
  "the builder of the %s layer gives its metadata only against a token, and so does the image",
  (layer) => {
    const template = read(`${layer}/image.pkr.hcl`);
    expect(template).toMatch(/^ {2}imds_support += "v2\.0"$/m);
    expect(template).toMatch(/^ {2}metadata_options \{\n[^}]*http_tokens += "required"\n[^}]*\}/m);
  },
);

test("the templates name no version but that of packer's own plugin", () => {
  for (const path of templates.filter((name) => name.endsWith("image.pkr.hcl")))
    expect(code(path)).not.toMatch(/\d+\.\d+\.\d+/);
});

test("hooks, plugins and settings belong to root, and only the agent's working folders to the agent", () => {
  const text = code("stack/scripts/create-agent-user.sh");
  const [, ofRoot = ""] = /"\$\{of_root\[@\]\}" (.*)\n.*of_root.*plugins"/.exec(text) ?? [];
  expect(ofRoot).toContain("/etc/buildkite-agent/hooks");
  const ofAgent = /"\$\{of_agent\[@\]\}" (.*)/.exec(text)?.[1]?.match(/"[^"]+"/g) ?? [];
  expect(ofAgent).toEqual(
    ["", "/builds", "/git-mirrors", "/plugins", "/.aws"].map((folder) => `"$root$home${folder}"`),
  );
  expect(code("stack/scripts/install-plugins.sh")).toContain('chown --recursive root:root "$plugins/$1"');
});
