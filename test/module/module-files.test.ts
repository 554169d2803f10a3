import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../../src/elastic-ci-stack/inputs/table";
import { type ModuleFiles, moduleFiles } from "../../src/module/module-files";
import { lambdaKey } from "../../src/aws/function-code";
import { packaged } from "../../src/package";
import { awsVersions } from "../../src/module/versions";

const files = moduleFiles(elasticCiStack);
const text = (path: string, of: ModuleFiles = files) => Buffer.from(of.get(path)!).toString();
const headers = (path: string, type: string) =>
  [...text(path).matchAll(new RegExp(`^${type} "([a-z0-9_]+)" \\{$`, "gm"))].map(([, name]) => name);
const declaration = (input: string) => text("variables.tf").split(`variable "${input}" {\n`)[1]!.split("\n}\n")[0]!;
const main = JSON.parse(text("main.tf.json")) as Record<string, unknown>;

test("the module is complete", () => {
  expect([...files.keys()].sort()).toEqual([
    "LICENSE",
    "README.md",
    "assets/agent-scaler.zip",
    "assets/az-rebalancing-suspender.zip",
    "assets/stop-buildkite-agents.zip",
    "main.tf.json",
    "outputs.tf",
    "variables.tf",
    "versions.tf",
  ]);
});

test("generating it again gives the same bytes", () => {
  const again = moduleFiles(elasticCiStack);
  expect([...again.keys()]).toEqual([...files.keys()]);
  const different = [...files].filter(
    ([path, content]) => Buffer.compare(Buffer.from(content), Buffer.from(again.get(path)!)) !== 0,
  );
  expect(different.map(([path]) => path)).toEqual([]);
});

test("every package is the one that was built, under its own name", () => {
  for (const name of ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"]) {
    expect(
      Buffer.from(files.get(`assets/${name}.zip`)!).equals(readFileSync(packaged("dist", "lambda", `${name}.zip`))),
    ).toBe(true);
    expect(text("main.tf.json")).toContain(`\${path.module}/assets/${name}.zip`);
  }
});

test.each([
  ["a path of this machine", new RegExp([packaged(), homedir(), join(tmpdir(), "elastic")].join("|"))],
  ["a path outside of the module", /(?<!path\.module\}\/)\bassets\/[a-z]|\.\.\//],
  ["cdktf's metadata", /"\/\/"|uniqueId|TfToken/],
  ["a hashed asset path", /[0-9A-F]{32}/],
])("no configuration file holds %s", (_, pattern) => {
  const found = ["versions.tf", "variables.tf", "outputs.tf", "main.tf.json"].map(
    (path) => pattern.exec(text(path))?.[0],
  );
  expect(found).toEqual([undefined, undefined, undefined, undefined]);
});

test("there are resources and what they need, but no provider, no backend and no module", () => {
  expect(Object.keys(main)).toEqual(["locals", "data", "resource", "check", "moved"]);
  for (const path of ["versions.tf", "variables.tf", "outputs.tf"]) {
    const blocks = [...text(path).matchAll(/^ *([a-z_]+)( "[a-z0-9_]+")? \{$/gm)].map(([, type]) => type!);
    expect(
      blocks.filter((type) => !["terraform", "required_providers", "variable", "validation", "output"].includes(type)),
    ).toEqual([]);
  }
});

test("keys of main.tf.json stand in the order of their code units", () => {
  const unordered = (node: unknown): string[] => {
    if (typeof node !== "object" || node === null) return [];
    const keys = Object.keys(node);
    const here = Array.isArray(node) || keys.join() === [...keys].sort().join() ? [] : [keys.join()];
    return [...here, ...Object.values(node).flatMap(unordered)];
  };
  expect(Object.values(main).flatMap(unordered)).toEqual([]);
});

test("versions.tf asks for Terraform 1.11 and a provider of major version 5 or 6", () => {
  const lines = text("versions.tf")
    .split("\n")
    .map((line) => line.trim());
  expect(lines).toEqual(
    expect.arrayContaining([
      'required_version = ">= 1.11"',
      'source  = "hashicorp/aws"',
      'version = ">= 5.100.0, < 7.0.0"',
    ]),
  );
});

test("an unlocked input raises the provider and may be set", () => {
  const unlocked = moduleFiles(elasticCiStack, ["enable_nested_virtualization"]);
  expect(text("versions.tf", unlocked)).toContain(`"${awsVersions(table, ["enable_nested_virtualization"])}"`);
  expect(text("main.tf.json", unlocked)).toContain('"cpu_options"');
  expect(text("main.tf.json")).not.toContain('"cpu_options"');
  expect(text("variables.tf")).toContain("--unlock enable_nested_virtualization");
  expect(text("variables.tf")).toContain("in unlocked in src/main.ts of the app");
  expect(text("variables.tf", unlocked)).not.toContain("--unlock");
  expect(text("README.md")).toContain("- `enable_nested_virtualization`: provider 6.33.0");
});

test("variables.tf has every input, section by section", () => {
  expect(headers("variables.tf", "variable")).toEqual(table.names);
  const banners = [...text("variables.tf").matchAll(/^# -+\n# (.+)\n# -+$/gm)].map(([, title]) => title);
  expect(banners).toEqual(table.sections.map(({ title }) => title));
});

test("every variable has a default and refuses null", () => {
  for (const input of table.names) {
    expect(declaration(input)).toMatch(/^ {2}default +=/m);
    expect(declaration(input)).toMatch(/^ {2}nullable += false$/m);
  }
});

test.each([
  ["an empty text", "vpc_id", '""'],
  ["false", "enable_scheduled_scaling", "false"],
  ["true", "disable_scale_in", "true"],
  ["zero", "min_size", "0"],
  ["an empty list", "subnets", "[]"],
  ["an empty map", "tags", "{}"],
  ["a negative number", "buildkite_agent_signal_grace_period", "-1"],
  ["a list", "subnet_cidr_blocks", '["10.0.1.0/24", "10.0.2.0/24"]'],
])("a default that is %s is written out", (_, input, source) => {
  expect(/^ {2}default +?= (.*)$/m.exec(declaration(input).replace(/ +=/g, " ="))?.[1]).toBe(source);
});

test("every limit of an input is a validation of its variable", () => {
  for (const input of table.names) {
    const validations = declaration(input).match(/^ {2}validation \{$/gm) ?? [];
    expect(validations.length).toBeGreaterThanOrEqual(table.row(input).checks.length);
  }
});

test("only the agent token is sensitive and ephemeral", () => {
  const declaring = (attribute: string) =>
    table.names.filter((input) => new RegExp(`^ {2}${attribute} += true$`, "m").test(declaration(input)));
  expect(declaring("sensitive")).toEqual(["buildkite_agent_token"]);
  expect(declaring("ephemeral")).toEqual(["buildkite_agent_token"]);
});

test("no validation repeats the agent token", () => {
  expect(text("variables.tf")).not.toMatch(/\$\{[^}]*var\.buildkite_agent_token\b(?!_)/);
});

test("outputs.tf has every output", () => {
  expect(headers("outputs.tf", "output")).toEqual(Object.keys(elasticCiStack.outputs));
});

test("the README names the key of each function in lambda_bucket", () => {
  const names = [...files.keys()].flatMap((path) => /^assets\/(.+)\.zip$/.exec(path)?.[1] ?? []);
  expect(names).toHaveLength(3);
  for (const name of names) expect(text("README.md")).toContain(`\`${lambdaKey(name)}\``);
});

test("the README names every input and every output", () => {
  const rows = [...text("README.md").matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual([...table.names, ...Object.keys(elasticCiStack.outputs)]);
});
