import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { type Configuration, configurations } from "../../harness/configurations";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { differencesOf } from "../../harness/emulator-differences";
import { type Mode, type Root, writeRoot } from "../../harness/roots";
import { changesOf, type Plan, Workspace } from "../../harness/terraform";

const modes: readonly Mode[] = ["module", "construct"];

/** What exists already is adopted in both modes, and everything is switched on in both; the others take turns. */
const applied = (mode: Mode): readonly Configuration[] =>
  configurations.filter(
    ({ name, surroundings }, i) => surroundings !== undefined || name === "everything on" || modes[i % 2] === mode,
  );
const cases = modes.flatMap((mode) =>
  applied(mode).map((configuration) => ({ title: `${configuration.name} as ${mode}`, configuration, mode })),
);

/** One resource of a state, which may have several instances. */
interface StateResource {
  readonly module?: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly instances: readonly unknown[];
}

/** What a root of many stacks came to. */
interface Life {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly state: string;
  readonly second: Plan;
  readonly changed: Plan;
  readonly left: readonly string[];
}

const lives = new Map<Mode, Promise<Life>>();

// Each start of Terraform costs more than a stack does, so that all stacks of a mode share one root. Most of the time it waits.
beforeAll(async () => {
  for (const mode of modes) lives.set(mode, inEmulator(mode));
  await Promise.allSettled(lives.values());
}, 45 * 60_000);

test.each(cases)("$title: applies, stays as it is, changes only what it should", async ({ configuration, mode }) => {
  const { outputs, state, second, changed } = await lives.get(mode)!;
  const { counts, change } = configuration;
  const stack = stackName(configuration);
  expect(counted(state, stack, Object.keys(counts))).toEqual(counts);
  expectOutputs(outputs, configuration);
  const { unexplained } = differencesOf(planOf(second, stack));
  expect(unexplained.map(({ address }) => address)).toEqual([]);
  expect(kinds(planOf(changed, stack))).toEqual(change.changes);
});

test.each(modes)("as %s no state holds the agent token", async (mode) => {
  expect((await lives.get(mode)!).state).not.toContain("agent-token-that-no-state-may-hold");
});

test.each(modes)("as %s a second plan is empty beside the stacks too, and destroying leaves nothing", async (mode) => {
  const { second, left } = await lives.get(mode)!;
  const { unexplained } = differencesOf(second);
  expect(unexplained.map(({ address }) => address)).toEqual([]);
  expect(left).toEqual([]);
});

test("every type of resource is applied in both modes", async () => {
  const [module, construct] = await Promise.all(modes.map((mode) => lives.get(mode)!));
  expect(types(construct!.state)).toEqual(types(module!.state));
});

async function inEmulator(mode: Mode): Promise<Life> {
  const emulator = await startEmulator();
  const workspace = await Workspace.create({ env: emulator.env });
  try {
    await emulator.seedScalerBucket(emulator.region, releasedScalerKey("x86_64"));
    await emulator.seedScalerBucket(emulator.region, releasedScalerKey("arm64"));
    return await live(emulator, workspace, mode);
  } finally {
    workspace.remove();
    await emulator.stop();
  }
}

async function live(emulator: Emulator, workspace: Workspace, mode: Mode): Promise<Life> {
  writeRoot(workspace, mode, rootOf(mode));
  await workspace.init();
  const outputs = await workspace.apply();
  const state = workspace.state();
  const meanwhile = applied(mode).flatMap((configuration) => configuration.meanwhile ?? []);
  await emulator.calls(meanwhile.map((call) => ({ ...call, region: emulator.region })));
  const second = await workspace.plan();
  // Takes away what the emulator made up about the new launch templates; only the hooks stay as they are.
  await workspace.apply({ planned: true });
  writeRoot(workspace, mode, rootOf(mode, true));
  const changed = await workspace.plan();
  await workspace.destroy({ refresh: false });
  return { outputs, state, second, changed, left: await emulator.resources() };
}

function rootOf(mode: Mode, isChanged = false): Root {
  const all = applied(mode);
  const stacks = all.map((configuration) => {
    const { inputs, moduleOnly, change } = configuration;
    const given = {
      ...nameOf(configuration),
      ...inputs,
      ...(mode === "module" && moduleOnly),
      ...(isChanged && change.inputs),
    };
    return [stackName(configuration), given] as const;
  });
  const surroundings: Record<string, Record<string, Readonly<Record<string, unknown>>>> = {};
  for (const [type, named] of all.flatMap((configuration) => Object.entries(configuration.surroundings ?? {})))
    surroundings[type] = { ...surroundings[type], ...named };
  return { stacks: Object.fromEntries(stacks), surroundings };
}

/** Names of things derive from the stack's; the minimal one keeps its default. */
function nameOf(configuration: Configuration): object {
  const index = configurations.indexOf(configuration);
  return index === 0 ? {} : { stack_name: `stack-${String(index)}` };
}

/** Such as existing_vpc. */
function stackName({ name }: Configuration): string {
  return name.toLowerCase().replaceAll(" ", "_");
}

/** A module's address begins with its name, a construct's resources have it before their own. */
function belongsTo(stack: string, address: string): boolean {
  return address.startsWith(`module.${stack}.`) || address.split(".")[1]!.startsWith(`${stack}_`);
}

function planOf(plan: Plan, stack: string): Plan {
  return { ...plan, resource_changes: plan.resource_changes.filter(({ address }) => belongsTo(stack, address)) };
}

function managed(state: string): readonly StateResource[] {
  const { resources } = JSON.parse(state) as { resources: readonly StateResource[] };
  return resources.filter(({ mode }) => mode === "managed");
}

function types(state: string): readonly string[] {
  return [...new Set(managed(state).map(({ type }) => type))].sort();
}

function counted(state: string, stack: string, wanted: readonly string[]): Record<string, number> {
  const address = ({ module, type, name }: StateResource) => [...(module ? [module] : []), type, name].join(".");
  const own = managed(state).filter((resource) => belongsTo(stack, address(resource)));
  const count = (type: string) =>
    own.filter((resource) => resource.type === type).reduce((sum, { instances }) => sum + instances.length, 0);
  return Object.fromEntries(wanted.map((type) => [type, count(type)]));
}

function expectOutputs(outputs: Readonly<Record<string, unknown>>, configuration: Configuration): void {
  const prefix = `${stackName(configuration)}_`;
  const names = Object.keys(outputs).filter((name) => name.startsWith(prefix));
  // Terraform leaves null outputs out.
  expect(names.length).toBeGreaterThan(0);
  expect(names.every((name) => Object.keys(elasticCiStack.outputs).includes(name.slice(prefix.length)))).toBe(true);
  for (const [name, content] of Object.entries(configuration.outputs ?? {})) {
    const actual = outputs[prefix + name] ?? null;
    if (content instanceof RegExp) expect(actual).toMatch(content);
    else expect(actual).toBe(content);
  }
}

/** "update aws_autoscaling_group" for each change, without what the emulator causes by itself. */
function kinds(plan: Plan): string[] {
  const own = new Set(differencesOf(plan).explained.map(({ address }) => address));
  const changes = changesOf(plan).filter(({ address }) => !own.has(address));
  return changes.map(({ type, change }) => `${change.actions.join("+")} ${type}`).sort();
}
