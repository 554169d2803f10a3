import { noSecrets } from "../../harness/configuration";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { type Mode, writeRoot } from "../../harness/roots";
import { type Plan, Workspace } from "../../harness/terraform";

type Tags = Readonly<Record<string, string>>;
type Stacks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const small = {
  ...noSecrets,
  buildkite_agent_token: "t",
  image_id: "ami-0123456789abcdef0",
  min_size: 1,
  max_size: 1,
  vpc_id: "vpc-0a1b2c3d",
  subnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
};
const modes: readonly Mode[] = ["module", "construct"];

let emulator: Emulator;
const workspaces: Workspace[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ region: "us-east-1" });
});

afterAll(async () => {
  workspaces.forEach((workspace) => workspace.remove());
  await emulator.stop();
});

/** A root whose provider has default tags. */
async function rootWith(defaults: Tags, mode: Mode, given: Stacks): Promise<Workspace> {
  const workspace = await Workspace.create({ env: emulator.env });
  workspaces.push(workspace);
  const stacks = Object.entries(given).map(
    ([name, inputs]) => [name, { ...small, stack_name: name, ...inputs }] as const,
  );
  writeRoot(workspace, mode, { stacks: Object.fromEntries(stacks) });
  workspace.write("defaults_override.tf.json", { provider: { aws: { default_tags: [{ tags: defaults }] } } });
  await workspace.init();
  return workspace;
}

interface Template {
  readonly name: string;
  readonly tag_specifications: readonly { readonly resource_type: string; readonly tags: Tags }[];
  readonly metadata_options: readonly { readonly instance_metadata_tags: string }[];
}

function planned(plan: Plan, type: string): readonly Readonly<Record<string, unknown>>[] {
  return plan.resource_changes.filter((one) => one.type === type).map(({ change }) => change.after!);
}

/** What EC2 is to show of each stack's tags in the metadata, by the stack's name. */
function shown(plan: Plan): Readonly<Record<string, string>> {
  const templates = planned(plan, "aws_launch_template") as unknown as readonly Template[];
  return Object.fromEntries(
    templates.map(({ name, metadata_options: [options] }) => [name.split("-")[0]!, options!.instance_metadata_tags]),
  );
}

describe.each(modes)("default tags of the provider, as %s", (mode) => {
  test("reach instances, volumes, interfaces and the group, where the stack's and its parts' own win", async () => {
    const defaults = { Owner: "x", Name: "theirs", Stack: "theirs", Team: "theirs" };
    const workspace = await rootWith(defaults, mode, { ci: { stack_name_suffix: "0a1b2c3d", tags: { Team: "ours" } } });
    const plan = await workspace.plan();
    const expected = { Owner: "x", Name: "ci-0a1b2c3d", Stack: "ci-0a1b2c3d", Team: "ours", BuildkiteQueue: "default" };
    const [template] = planned(plan, "aws_launch_template") as unknown as readonly Template[];
    expect(template!.tag_specifications).toMatchObject([
      { resource_type: "instance", tags: { ...expected, Role: "buildkite-agent" } },
      { resource_type: "volume", tags: expected },
      { resource_type: "network-interface", tags: expected },
    ]);
    const [group] = planned(plan, "aws_autoscaling_group") as unknown as readonly { tag: readonly object[] }[];
    for (const [key, value] of Object.entries({ ...expected, Name: "theirs" })) {
      expect(group!.tag).toContainEqual({ key, value, propagate_at_launch: false });
    }
  });

  test("that differ from the stack's or from each other only in upper and lower case are refused at plan", async () => {
    const defaults = { stack: "x", owner: "x", team: "x", Team: "x", Fine: "x" };
    const workspace = await rootWith(defaults, mode, { ci: { tags: { Owner: "x" }, instance_role_tags: "fine=x" } });
    const { code, output } = await workspace.attempt(["plan", "-input=false"]);
    expect(code).not.toBe(0);
    expect(output.replace(/[\s│]+/g, " ")).toContain(
      "IAM ignores: Fine, Owner, Stack, Team, fine, owner, stack, team.",
    );
  });
});

test("instances that would carry more than 50 tags are refused at plan", async () => {
  const many = Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`tag-${String(i)}`, "x"]));
  const workspace = await rootWith(many, "module", { ci: {} });
  const { code, output } = await workspace.attempt(["plan", "-input=false"]);
  expect(code).not.toBe(0);
  expect(output.replace(/[\s│]+/g, " ")).toContain("more than 50 tags");
});

test("tags show in the metadata only where EC2 takes all of their keys", async () => {
  const workspace = await rootWith({ "Cost-Center_1:a": "x" }, "construct", {
    plain: {},
    signs: { tags: { "a+b=c.d@e": "x" } },
    blank: { tags: { "Cost Center": "x" } },
    accent: { tags: { Größe: "x" } },
  });
  expect(shown(await workspace.plan())).toEqual({
    plain: "enabled",
    signs: "enabled",
    blank: "disabled",
    accent: "disabled",
  });
  workspace.write("defaults_override.tf.json", { provider: { aws: { default_tags: [{ tags: { "team/ci": "x" } }] } } });
  expect(shown(await workspace.plan())).toMatchObject({ plain: "disabled" });
});
