import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json";
import { examples, inExample, synthesize, type SynthesizedStack } from "./harness/examples";

interface Configuration {
  readonly variable?: Readonly<Record<string, { readonly sensitive?: boolean }>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output?: Readonly<Record<string, unknown>>;
}

const NAMES = ["cdktf", "constructs", "cdktf-buildkite-elastic-ci-stack"];

function read(...path: [string, ...string[]]): string {
  return readFileSync(inExample(...path), "utf8");
}

function isAllowed(specifier: string): boolean {
  return NAMES.includes(specifier) || /^(@cdktf\/provider-aws\/lib\/[a-z0-9-]+|node:[a-z/]+)$/.test(specifier);
}

test("there are examples", () => {
  expect(examples).toContain("basic");
});

test("the list of examples names every folder", () => {
  const folders = readdirSync(inExample(".")).filter((name) => name !== "README.md");
  const listed = [...read("README.md").matchAll(/^\| \[([a-z-]+)\]\(\1\) \|/gm)].map(([, name]) => name!);
  expect(listed.sort()).toEqual(folders.sort());
});

test("the package.json in the README asks for what the package asks for", () => {
  const snippet = /```json\n([^`]+)```/.exec(read("basic", "README.md"))![1]!;
  const { dependencies, devDependencies } = JSON.parse(snippet) as Record<string, Record<string, string>>;
  const own = { [manifest.name]: `^${manifest.version}` };
  expect(dependencies).toEqual({ ...manifest.peerDependencies, ...own });
  expect(devDependencies).toEqual({ "cdktf-cli": manifest.devDependencies["cdktf-cli"], tsx: "^4.0.0" });
});

describe.each(examples)("%s", (name) => {
  const outdir = mkdtempSync(join(tmpdir(), "elastic-ci-stack-example-"));
  let stacks: SynthesizedStack[];
  let configuration: Configuration;

  beforeAll(async () => {
    stacks = await synthesize(name, outdir);
    configuration = JSON.parse(
      readFileSync(join(outdir, stacks[0]!.workingDirectory, "cdk.tf.json"), "utf8"),
    ) as Configuration;
  });
  afterAll(() => {
    rmSync(outdir, { recursive: true });
  });

  const resources = (type: string) => Object.values(configuration.resource[type] ?? {});

  test("synthesizes agents in one Terraform stack that has the example's name", () => {
    expect(stacks.map((stack) => stack.name)).toEqual([name]);
    expect(resources("aws_autoscaling_group").length).toBeGreaterThan(0);
  });

  test("sets nothing that draws a warning", () => {
    expect(stacks.flatMap(({ annotations }) => annotations)).toEqual([]);
  });

  test("has the outputs of each of its stacks, and each stack a queue of its own", () => {
    const outputs = Object.keys(configuration.output ?? {});
    const hooks = resources("aws_autoscaling_lifecycle_hook");
    const queues = hooks.map((hook) => /"queue" *[=:] *"([^"]+)"/.exec(String(hook.notification_metadata))![1]);
    const groups = outputs.filter((output) => output.endsWith("auto_scaling_group_name"));
    expect(groups).toHaveLength(resources("aws_autoscaling_group").length);
    expect(new Set(queues).size).toBe(groups.length);
  });

  test("takes the agent token from a parameter or from a sensitive variable", () => {
    const secrets = resources("aws_ssm_parameter").filter(({ type }) => type === "SecureString");
    for (const { value, value_wo } of secrets) {
      const [, variable] = /^\$\{var\.(\w+)\}$/.exec(String(value_wo)) ?? [];
      expect(value).toBeUndefined();
      expect(configuration.variable?.[variable!]?.sensitive).toBe(true);
    }
    expect(read(name, "main.ts")).not.toMatch(/[tT]oken\w*: *["'`](?!\/)/);
  });

  test("is short", () => {
    expect(read(name, "main.ts").trimEnd().split("\n").length).toBeLessThanOrEqual(45);
  });

  test("imports public names only", () => {
    const specifiers = [...read(name, "main.ts").matchAll(/(?:from|import|require\() *"([^"]+)"/g)].map(
      ([, from]) => from!,
    );
    expect(specifiers).toContain("cdktf-buildkite-elastic-ci-stack");
    expect(specifiers.filter((specifier) => !isAllowed(specifier))).toEqual([]);
  });

  test("says how cdktf runs it, and what it shows", () => {
    expect(JSON.parse(read(name, "cdktf.json"))).toEqual({
      language: "typescript",
      app: "npx tsx main.ts",
      projectId: name,
      sendCrashReports: "false",
      terraformProviders: [],
      terraformModules: [],
    });
    expect(read(name, "README.md").split("\n")[0]).toBe(`# ${name}`);
  });

  test("links to files that are there", () => {
    const targets = [...read(name, "README.md").matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(inExample(name, target)))).toEqual([]);
  });
});
