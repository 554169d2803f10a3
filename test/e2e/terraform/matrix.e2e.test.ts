import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { type Configuration, configurations } from "../../harness/configurations";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { differencesOf } from "../../harness/emulator-differences";
import { type Mode, writeRoot } from "../../harness/roots";
import { changesOf, type Plan, Workspace } from "../../harness/terraform";

const modes: readonly Mode[] = ["module", "construct"];
const cases = configurations.flatMap((configuration) =>
  modes.map((mode) => ({ title: `${configuration.name} as ${mode}`, configuration, mode })),
);

// Most of the time Terraform waits, so several configurations run at once, each with an AWS of its own.
test.concurrent.each(cases)(
  "$title: applies, stays as it is, changes only what it should, leaves nothing",
  async ({ configuration, mode }) => {
    const emulator = await startEmulator();
    const workspace = await Workspace.create({ env: emulator.env });
    try {
      await seed(emulator);
      await live(emulator, workspace, configuration, mode);
    } finally {
      workspace.remove();
      await emulator.stop();
    }
  },
);

async function seed(emulator: Emulator): Promise<void> {
  await emulator.seedScalerBucket(emulator.region, releasedScalerKey("x86_64"));
  await emulator.seedScalerBucket(emulator.region, releasedScalerKey("arm64"));
}

async function live(emulator: Emulator, workspace: Workspace, configuration: Configuration, mode: Mode): Promise<void> {
  const { surroundings, change, moduleOnly, meanwhile = [] } = configuration;
  const inputs = { ...configuration.inputs, ...(mode === "module" && moduleOnly) };
  const write = (changed: object) =>
    writeRoot(workspace, mode, { stacks: { ci: { ...inputs, ...changed } }, ...(surroundings && { surroundings }) });
  write({});
  await workspace.init();
  await workspace.validate();
  const outputs = await workspace.apply();

  expect(counted(await workspace.show(), configuration)).toEqual(configuration.counts);
  expectOutputs(outputs, configuration);
  expect(readFileSync(join(workspace.directory, "terraform.tfstate"), "utf8")).not.toContain(
    "agent-token-that-no-state-may-hold",
  );
  await emulator.calls(meanwhile.map((call) => ({ ...call, region: emulator.region })));
  const second = differencesOf(await workspace.plan());
  expect(second.unexplained.map(({ address }) => address)).toEqual([]);
  // Takes away what the emulator made up about the new launch template; only the hook stays as it is.
  await workspace.apply({ planned: true });

  write(change.inputs);
  expect(kinds(await workspace.plan())).toEqual(change.changes);

  await workspace.destroy();
  expect(await emulator.resources()).toEqual([]);
}

function counted(
  state: { values: { root_module: StateModule } },
  { counts, surroundings = {} }: Configuration,
): Record<string, number> {
  const foreign = Object.entries(surroundings).flatMap(([type, named]) =>
    Object.keys(named).map((name) => `${type}.${name}`),
  );
  const all = managed(state.values.root_module).filter(({ address }) => !foreign.includes(address));
  return Object.fromEntries(
    Object.keys(counts).map((type) => [type, all.filter((resource) => resource.type === type).length]),
  );
}

interface StateModule {
  readonly resources?: readonly { readonly type: string; readonly address: string; readonly mode: string }[];
  readonly child_modules?: readonly StateModule[];
}

function managed(module: StateModule): readonly { readonly type: string; readonly address: string }[] {
  const own = (module.resources ?? []).filter(({ mode }) => mode === "managed");
  return [...own, ...(module.child_modules ?? []).flatMap(managed)];
}

function expectOutputs(outputs: Record<string, unknown>, { outputs: expected = {} }: Configuration): void {
  // Terraform leaves null outputs out.
  expect(
    Object.keys(outputs).every((name) => Object.keys(elasticCiStack.outputs).includes(name.replace(/^ci_/, ""))),
  ).toBe(true);
  for (const [name, content] of Object.entries(expected)) {
    const actual = outputs[`ci_${name}`] ?? null;
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
