import { performance } from "node:perf_hooks";
import { releasedScalerKey } from "../../src/elastic-ci-stack/scaler/released-scaler";
import { type Configuration, configurations } from "../../test/harness/configurations";
import { startEmulator } from "../../test/harness/emulator";
import { writeRoot } from "../../test/harness/roots";
import { Workspace } from "../../test/harness/terraform";
import { findMoto, findTerraform, providerMirror } from "../../test/harness/tools";

/** Throws an error that says what is missing where a plan cannot run. */
export async function requirePlanTools(): Promise<void> {
  findTerraform();
  await findMoto();
  await providerMirror();
}

/** Milliseconds of a first plan of each configuration as construct, against the local AWS; reported one by one. */
export async function measurePlans(
  signal: AbortSignal,
  report: (name: string, milliseconds: number) => void,
): Promise<void> {
  const emulator = await startEmulator({ signal });
  try {
    await emulator.seedScalerBucket(emulator.region, releasedScalerKey("x86_64"));
    await emulator.seedScalerBucket(emulator.region, releasedScalerKey("arm64"));
    const workspace = await Workspace.create({ env: emulator.env, signal });
    try {
      for (const configuration of configurations) report(configuration.name, await plan(workspace, configuration));
    } finally {
      workspace.remove();
    }
  } finally {
    await emulator.stop();
  }
}

/** Installing the provider is not measured. */
async function plan(workspace: Workspace, { inputs, surroundings }: Configuration): Promise<number> {
  writeRoot(workspace, "construct", { stacks: { ci: inputs }, ...(surroundings && { surroundings }) });
  await workspace.init();
  const started = performance.now();
  await workspace.run(["plan", "-input=false"], 120_000);
  return performance.now() - started;
}
