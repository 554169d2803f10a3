import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import manifest from "../../../package.json";
import { run } from "../../harness/processes";
import { Workspace } from "../../harness/terraform";
import { cleanEnvironment, repository } from "../../harness/tools";

/** The app of somebody who has the package from the registry, TypeScript and nothing else of ours. */
const APP = `
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { ElasticCiStack, type ElasticCiStackProps, InvalidInputs } from "cdktf-buildkite-elastic-ci-stack";

const app = new App();
const stack = new TerraformStack(app, "foreign");
new AwsProvider(stack, "aws", { region: "eu-central-1" });
const props: ElasticCiStackProps = { buildkiteAgentTokenParameterStorePath: "/ci/token", instanceTypes: ["m7i.large"] };
const ci = new ElasticCiStack(stack, "ci", props);
ci.addOutputs();
const group: string = ci.autoScalingGroup.name;

// @ts-expect-error a size is a number
const wrong: ElasticCiStackProps = { maxSize: "ten" };
// @ts-expect-error there is no such queue
export const unknown: ElasticCiStackProps = { queue: "default" };
try {
  new ElasticCiStack(stack, "wrong", wrong);
} catch (error) {
  console.log(error instanceof InvalidInputs && group !== "");
}
stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
app.synth();
`;

const COMPILER = {
  strict: true,
  target: "ES2022",
  module: "node16",
  // The package's own declarations are under test, not only the app.
  skipLibCheck: false,
  types: [],
  outDir: "compiled",
};

const app = mkdtempSync(join(tmpdir(), "elastic-ci-stack-foreign-"));
let packed: string[];

async function execute(command: string, ...args: readonly string[]): Promise<string> {
  const outcome = await run(command, args, { cwd: app, env: cleanEnvironment(), timeoutMs: 300_000 });
  if (outcome.code !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${outcome.code}:\n${outcome.output}`);
  return outcome.stdout;
}

function filesBelow(folder: string): string[] {
  const paths = readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" });
  return paths.map((path) => `${folder}/${path}`).filter((path) => statSync(join(repository, path)).isFile());
}

/** Without a registry: what the package depends on is installed from tarballs, too, packed out of this checkout. */
async function pack(folder: string): Promise<{ filename: string; files: { path: string }[] }> {
  const options = ["--ignore-scripts", "--json", "--pack-destination", app];
  const [tarball] = JSON.parse(await execute("npm", "pack", folder, ...options));
  return tarball;
}

/** Its peers are not packed: they are large. */
function linkPeers(): void {
  for (const peer of Object.keys(manifest.peerDependencies)) {
    mkdirSync(dirname(join(app, "node_modules", peer)), { recursive: true });
    symlinkSync(join(repository, "node_modules", peer), join(app, "node_modules", peer));
  }
}

beforeAll(async () => {
  // `npm run test:e2e` has just built; packing builds once more for a publisher.
  const tarball = await pack(repository);
  packed = tarball.files.map(({ path }) => path).sort();
  const dependencies = Object.keys(manifest.dependencies).map((name) => pack(join(repository, "node_modules", name)));
  const tarballs = [tarball, ...(await Promise.all(dependencies))].map(({ filename }) => `./${filename}`);
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "foreign", private: true }));
  const quiet = ["--offline", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await execute("npm", "install", ...quiet, ...tarballs);
  linkPeers();
});
afterAll(() => {
  rmSync(app, { recursive: true });
});

test("the package holds the compiled sources, the functions, the scripts, its documents and nothing else", () => {
  // These two work on a checkout and are no use outside of one.
  const sources = filesBelow("src").filter((path) => !/^src\/(main\.ts$|generate\/)/.test(path));
  const compiled = sources.flatMap((path) => {
    const target = path.replace(/^src/, "dist");
    const stem = target.replace(/\.ts$/, "");
    return path.endsWith(".ts") ? [`${stem}.js`, `${stem}.d.ts`] : [target];
  });
  const functions = filesBelow("lambda").filter((path) => path.endsWith("/handler.ts"));
  const zips = functions.map((path) => `dist/${dirname(path)}.zip`);
  const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
  expect(zips.length).toBeGreaterThan(2);
  expect(packed).toEqual([...compiled, ...zips, ...filesBelow("userdata"), ...documents].sort());
  expect(packed.filter((path) => /(^|[/.])tests?[/.]|\.(map|tsbuildinfo)$/.test(path))).toEqual([]);
});

test("no packed file says where it was built", () => {
  const installed = join(app, "node_modules", manifest.name);
  expect(packed.filter((path) => readFileSync(join(installed, path)).includes(repository))).toEqual([]);
});

test("a foreign app compiles against the published types, synthesizes without tsx, and Terraform accepts the result", async () => {
  writeFileSync(join(app, "main.ts"), APP);
  writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER, files: ["main.ts"] }));
  await execute(process.execPath, join(repository, "node_modules/typescript/bin/tsc"));
  expect(await execute(process.execPath, "compiled/main.js")).toContain("true\n");

  const synthesized = join(app, "cdktf.out/stacks/foreign");
  const zips = readdirSync(synthesized, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".zip"));
  expect(zips.map((path) => path.split("/").at(-1)).sort()).toEqual([
    "az-rebalancing-suspender.zip",
    "stop-buildkite-agents.zip",
  ]);
  await accept(synthesized);
});

test("the command of the package writes the module, and Terraform accepts it", async () => {
  const said = await execute("npx", "--no-install", manifest.name, "module", "--out", "module");
  expect(said).toContain("module");
  const written = readdirSync(join(app, "module"));
  expect(written.sort()).toEqual(
    ["LICENSE", "README.md", "assets", "main.tf.json", "outputs.tf", "variables.tf", "versions.tf"].sort(),
  );
  await accept(join(app, "module"));
});

async function accept(folder: string): Promise<void> {
  const workspace = await Workspace.create({ directory: folder });
  await workspace.init();
  const { stdout } = await workspace.run(["validate", "-json"]);
  expect((JSON.parse(stdout) as { diagnostics: unknown[] }).diagnostics).toEqual([]);
}
