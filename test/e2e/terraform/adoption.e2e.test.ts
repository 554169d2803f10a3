import { strToU8, zipSync } from "fflate";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { differencesOf } from "../../harness/emulator-differences";
import { PACKAGE } from "../../harness/original/functions";
import { type Inputs, SUFFIX } from "../../harness/original/inputs";
import { originalModule } from "../../harness/original/module";
import { adoptions, surroundings } from "../../harness/original/adoptions";
import { writeRoot } from "../../harness/roots";
import { type Plan, type ResourceChange, Workspace } from "../../harness/terraform";

/** Everything that moving over takes away on purpose: what it is, where it is, and why. */
const GOES: readonly { readonly what: RegExp; readonly of: (name: string) => boolean; readonly because: string }[] = [
  {
    what: /^terraform_data\.validate_/,
    of: () => true,
    because: "inputs are checked by the variables themselves",
  },
  {
    what: /^aws_iam_role_policy_attachment\.(scaler_lambda_policy|asg_process_suspender_basic|stop_buildkite_agents_basic)\[0\]$/,
    of: () => true,
    because: "AgentScaler's own policy lets it write its log before and after; the others do not run in between",
  },
  {
    what: /^aws_iam_role_policy\.stop_buildkite_agents_(describe_asg|modify_asg|ssm_document|ssm_instances)\[0\]$/,
    of: () => true,
    because: "one policy holds the four rights, and is there before the function runs next",
  },
  {
    what: /^(aws_vpc_endpoint\.interface\["(ssm|ssmmessages|ec2messages)"\]|aws_security_group\.vpc_endpoint_sg\[0\])$/,
    of: (name) => !("vpc_endpoints" in adoptions[name]!.adopted),
    because: "endpoints that are paid are made on request",
  },
  {
    what: /^aws_vpc_security_group_ingress_rule\.security_group_ssh_ingress\["0\.0\.0\.0\/0"\]$/,
    of: (name) => !("ssh_ingress_cidr_blocks" in adoptions[name]!.adopted),
    because: "the world may log in on request only",
  },
];

const names = Object.keys(adoptions);
let emulator: Emulator;
let workspace: Workspace;
let plan: Plan;
let log: readonly string[];
let second: Plan;

beforeAll(async () => {
  emulator = await startEmulator();
  workspace = await Workspace.create({ env: emulator.env });
  await emulator.seedScalerBucket(emulator.region, releasedScalerKey("x86_64"));
  writeOriginals();
  await workspace.init();
  await workspace.apply();
  writeRoot(workspace, "module", { stacks: given(({ adopted }) => adopted), surroundings });
  await workspace.init();
  plan = await workspace.plan();
  log = (await workspace.run(["apply", "-input=false", "-parallelism=30", "harness.tfplan"])).stdout.split("\n");
  second = await workspace.plan();
}, 45 * 60_000);

afterAll(async () => {
  workspace.remove();
  await emulator.stop();
});

/** The original's inputs, and what is said beside them when moving over. */
function given(beside: (adoption: { readonly adopted: Inputs }) => Inputs): Record<string, Inputs> {
  const all = Object.entries(adoptions).map(([name, adoption]) => [
    name,
    { stack_name: name, stack_name_suffix: SUFFIX, ...adoption.original, ...beside(adoption) },
  ]);
  return Object.fromEntries(all) as Record<string, Inputs>;
}

function writeOriginals(): void {
  const calls = Object.entries(adoptions).map(([name, { original }]) => {
    const inputs = { stack_name: name, ...original };
    workspace.write(`original/${name}/main.tf.json`, originalModule(inputs));
    return [name, { source: `./original/${name}`, ...inputs }] as const;
  });
  const zip = zipSync({ "index.py": strToU8("def handler(event, context):\n  return {}\n") });
  for (const name of names) workspace.write(`original/${name}/${PACKAGE}`, zip);
  workspace.write("main.tf.json", {
    provider: { aws: { s3_use_path_style: true } },
    module: Object.fromEntries(calls),
    resource: surroundings,
  });
}

/** What a plan takes away, replaced things among it, by its address in the stack. */
function goes({ resource_changes }: Plan, name: string): string[] {
  const isGone = ({ change }: ResourceChange) => change.actions.includes("delete");
  const prefix = `module.${name}.`;
  const own = resource_changes.filter(({ address }) => address.startsWith(prefix));
  return own.filter(isGone).map(({ address, change }) => {
    const local = address.slice(prefix.length);
    return change.actions.length > 1 ? `${local} is replaced: ${JSON.stringify(change.replace_paths)}` : local;
  });
}

test.each(names)("%s: nothing is destroyed or replaced but what has a reason", (name) => {
  const expected = GOES.filter(({ of }) => of(name)).map(({ what }) => what);
  expect(goes(plan, name).filter((address) => !expected.some((what) => what.test(address)))).toEqual([]);
});

test("every reason is one", () => {
  const all = names.flatMap((name) => goes(plan, name));
  expect(GOES.filter(({ what }) => !all.some((address) => what.test(address)))).toEqual([]);
});

test("what stands beside the stacks is left alone", () => {
  const beside = plan.resource_changes.filter(
    ({ address, mode }) => mode === "managed" && !address.startsWith("module."),
  );
  expect(beside.filter(({ change }) => change.actions.join() !== "no-op")).toEqual([]);
});

test("moved over, the stacks stay as they are", () => {
  expect(differencesOf(second).unexplained.map(({ address }) => address)).toEqual([]);
});

/** What the apply did with a resource of the stack that has all functions, in order: its place in the log and its word for it. */
function done(address: string): { readonly at: number; readonly what: string }[] {
  const prefix = `module.elastic.${address}: `;
  return log.flatMap((line, at) => {
    const [, what] = line.startsWith(prefix) ? (/^(\w+) complete/.exec(line.slice(prefix.length)) ?? []) : [];
    return what === undefined ? [] : [{ at, what }];
  });
}

test("AgentScaler keeps its rights while it is moved over: they only change", () => {
  expect(done("aws_iam_role_policy.scaler_lambda_policy[0]").map(({ what }) => what)).toEqual(["Modifications"]);
  expect(done("aws_iam_role.scaler_lambda_role[0]")).toEqual([]);
});

test("AzRebalancingSuspender does not run again, for what it has suspended stays suspended", () => {
  expect(done("aws_iam_role_policy.asg_process_suspender[0]").map(({ what }) => what)).toEqual(["Modifications"]);
  expect(done("aws_lambda_invocation.suspend_az_rebalance")).toEqual([]);
});

test("StopBuildkiteAgents is told of its new input once its rights are there again", () => {
  const [rights] = done("aws_iam_role_policy.stop_buildkite_agents[0]");
  const [told] = done("aws_lambda_invocation.stop_buildkite_agents_on_replacement");
  expect([rights?.what, told?.what]).toEqual(["Creation", "Modifications"]);
  expect(told!.at).toBeGreaterThan(rights!.at);
});

test("where ARNs of policies are not known yet, Terraform's message names the input for them", async () => {
  const own = { name: "own", policy: "{}" };
  const stacks = { later: { buildkite_agent_token: "t", managed_policy_arns: ["${aws_iam_policy.own.arn}"] } };
  writeRoot(workspace, "module", { stacks, surroundings: { aws_iam_policy: { own } } });
  await workspace.init();
  const { code, output } = await workspace.attempt(["plan", "-input=false", "-refresh=false"]);
  expect(code).not.toBe(0);
  expect(output).toMatch(/Invalid for_each argument[\s\S]*managed_policies, under keys of your own/);
});
