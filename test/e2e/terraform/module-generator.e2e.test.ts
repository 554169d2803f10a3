import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../src/cli/main";
import { attribute, block, fromJson, render } from "../../../src/module/hcl";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { changesOf, type Plan, Workspace } from "../../harness/terraform";
import { repository } from "../../harness/tools";

const TOKEN = "s3cret-agent-token";

const provider = 'provider "aws" {\n  region = "us-east-1"\n}\n';
const token = 'buildkite_agent_token = "not-a-real-token"';

/** Side by side in one root, so that Terraform reads the provider's schema once. */
const callsRoot = `${provider}
provider "aws" {
  alias  = "other"
  region = "eu-west-1"
}

module "one" {
  source = "./module"
  ${token}
}

module "copy" {
  source     = "./copy"
  stack_name = "copy"
  ${token}
}

module "elsewhere" {
  source    = "./module"
  providers = { aws = aws.other }
  ${token}
}
`;

const forEachRoot = `${provider}
variable "token" {
  type      = string
  sensitive = true
}

module "ci" {
  source   = "./module"
  for_each = { builders = 20, deployers = 2 }

  stack_name            = each.key
  buildkite_queue       = each.key
  max_size              = each.value
  buildkite_agent_token = var.token
}

output "groups" {
  value = { for name, stack in module.ci : name => stack.auto_scaling_group_name }
}
`;

const existingWorkspaceRoot = `${provider}
variable "token" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "aws_vpc" "vpc" {
  cidr_block = "10.9.0.0/16"
}

resource "aws_subnet" "private" {
  count      = 2
  vpc_id     = aws_vpc.vpc.id
  cidr_block = "10.9.\${count.index}.0/24"
}

resource "aws_iam_role" "agents" {
  name_prefix        = "agents-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "terraform_data" "image" {}

module "ci" {
  source = "./module"

  image_id              = terraform_data.image.id
  create_vpc            = false
  vpc_id                = aws_vpc.vpc.id
  subnets               = aws_subnet.private[*].id
  create_instance_role  = false
  instance_role_arn     = aws_iam_role.agents.arn
  buildkite_agent_token = var.token
}
`;

describe("the generated module", () => {
  let generated: string;
  let emulator: Emulator;
  let workspace: Workspace;

  beforeAll(async () => {
    generated = mkdtempSync(join(tmpdir(), "elastic-ci-stack-module-"));
    const terminal = {
      log: () => undefined,
      error: (text: string) => {
        expect(text).toBe("");
      },
    };
    expect(await main(["module", "--out", generated], terminal)).toBe(0);
    emulator = await startEmulator();
  });

  afterAll(async () => {
    await emulator.stop();
    rmSync(generated, { recursive: true });
  });

  beforeEach(async () => {
    workspace = await Workspace.create({ env: emulator.env });
    workspace.copyFrom(generated, "module");
    workspace.copyFrom(generated, "copy");
  });

  afterEach(() => {
    workspace.remove();
  });

  async function plan(root: string): Promise<Plan> {
    workspace.write("main.tf", root);
    workspace.variables({ token: TOKEN });
    await workspace.init();
    return workspace.plan();
  }

  test("is laid out as terraform fmt would do it", async () => {
    const { stdout } = await workspace.run(["fmt", "-check", "-recursive", "-diff", "module"]);
    expect(stdout).toBe("");
  });

  test("is valid for one call, two copies side by side, and an aliased provider", async () => {
    workspace.write("main.tf", callsRoot);
    await workspace.init();
    const { stdout } = await workspace.run(["validate", "-json"]);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
  });

  test("for_each over two stacks plans the same resources for both, under different names", async () => {
    const planned = await plan(forEachRoot);
    const [builders, deployers] = ["builders", "deployers"].map((name) => namesUnder(planned, `module.ci["${name}"].`));
    expect(deployers?.map(([address]) => address)).toEqual(builders?.map(([address]) => address));
    expect(builders?.length).toBeGreaterThan(30);
    const shared = builders?.filter(
      ([address, name]) => name !== undefined && deployers?.some(([other, its]) => other === address && its === name),
    );
    // An inline policy's name is its role's alone.
    expect(shared?.map(([address]) => address)).toEqual([
      "aws_iam_role_policy.asg_process_suspender[0]",
      "aws_iam_role_policy.buildkite_agent_policy[0]",
      "aws_iam_role_policy.stop_buildkite_agents[0]",
    ]);
    const { builders: first, deployers: second } = planned.output_changes["groups"]?.after as Record<string, string>;
    expect(first).toMatch(/^builders-[0-9a-f]{8}-asg$/);
    expect(second).toMatch(/^deployers-[0-9a-f]{8}-asg$/);
  });

  test("an existing workspace can pass ids that are unknown at plan, and a token that the plan does not hold", async () => {
    const planned = await plan(existingWorkspaceRoot);
    const addresses = changesOf(planned).map(({ address }) => address);
    expect(addresses).toEqual(
      expect.arrayContaining(["aws_vpc.vpc", "module.ci.aws_autoscaling_group.agent_auto_scale_group"]),
    );
    expect(
      addresses.filter((address) => /^module\.ci\.aws_(vpc|subnet|iam_role)\.(vpc|subnet.|iam_role)\b/.test(address)),
    ).toEqual([]);
    expect(addresses).toContain("module.ci.aws_ssm_parameter.buildkite_agent_token_parameter[0]");
    expect(JSON.stringify(planned).includes(TOKEN)).toBe(false);
  });

  // That Terraform accepts it, examples.e2e.test.ts shows.
  test("the example that calls it is laid out as terraform fmt would do it", async () => {
    workspace.copyFrom(join(repository, "examples/terraform-module"), "example");
    const { stdout } = await workspace.run(["fmt", "-check", "-diff", "example"]);
    expect(stdout).toBe("");
  });
});

/** Addresses below a module, and the name that each resource gets, sorted. */
function namesUnder(plan: Plan, prefix: string): (readonly [address: string, name: unknown])[] {
  const below = changesOf(plan).filter(({ address }) => address.startsWith(prefix));
  return below.map(({ address, change }) => [address.slice(prefix.length), change.after?.["name"]] as const).sort();
}

describe("texts", () => {
  const texts = [
    "plain",
    'quoted " and \\ and \n and \t and \r',
    "${var.none} %{if true} $${twice} $$${three times} %%{twice}",
    "$ at the end of it $",
    "naïve 日本語 😀 \u0001 \u2028 \u007f",
    "\b\f",
    "",
  ];

  let workspace: Workspace;
  afterEach(() => {
    workspace.remove();
  });

  test("come out of Terraform as they were, alone, in lists and in maps", async () => {
    workspace = await Workspace.create();
    const value = { texts, "a key": { for: texts, nested: [{ deep: texts[2] }, {}] } };
    const escaped = texts[2]!.replace(/\$\{/g, "$$$${").replace(/%\{/g, "%%{");
    const json = `"${escaped}" \${upper("\${"a}"}")} 😀\n`;
    const template = { name: "value", value: fromJson(json) };
    const outputs = [
      block("output", ["value"], [attribute("value", value)]),
      block("output", ["template"], [template]),
    ];
    workspace.write("main.tf", `${outputs.map(render).join("\n\n")}\n`);
    const { stdout } = await workspace.run(["fmt", "-check", "-diff"]);
    expect(stdout).toBe("");
    expect(await workspace.apply()).toEqual({ value, template: `"${texts[2]}" A} 😀\n` });
  });
});
