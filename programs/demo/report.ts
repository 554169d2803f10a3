import { changedAttributes } from "../../test/harness/emulator-differences";
import type { Emulator } from "../../test/harness/emulator";
import { deployedResources } from "./deployed-resources";
import type { Deployment, Output } from "./deployment";
import { type Terminal, table } from "./terminal";

/** Shows a deployment's resources and outputs, and checks that a second plan is empty. Returns the outputs. */
export async function report(
  deployment: Deployment,
  emulator: Emulator,
  terminal: Terminal,
): Promise<Record<string, Output>> {
  const resources = await deployment.resources();
  const total = resources.reduce((sum, { count }) => sum + count, 0);
  terminal.phase(
    `${total} resources exist; the local AWS lists ${(await deployedResources(emulator)).length} of its own kinds`,
  );
  let part = "";
  const rows = resources.map((resource) => {
    const shown = resource.part === part ? "" : resource.part;
    part = resource.part;
    return [shown, String(resource.count), resource.type, resource.name];
  });
  terminal.print(`\n${table(["Part", "Count", "Type", "Name"], rows)}\n`);
  const outputs = await deployment.outputs();
  const rowsOfOutputs = Object.entries(outputs).map(([name, output]) => [name, shown(output)]);
  terminal.print(`${table(["Output", "Value"], rowsOfOutputs)}\n`);
  await secondPlan(deployment, terminal);
  return outputs;
}

function shown({ value, sensitive }: Output): string {
  if (sensitive) return "(sensitive)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function secondPlan(deployment: Deployment, terminal: Terminal): Promise<void> {
  terminal.phase("Second plan: does Terraform find anything left to do?");
  const { explained, unexplained } = await deployment.secondPlan();
  if (unexplained.length > 0) {
    const lines = unexplained.map((entry) => {
      return `  ${entry.address}: ${entry.change.actions.join(", ")} (${changedAttributes(entry).join(", ")})`;
    });
    throw new Error(`A second plan is not empty:\n${lines.join("\n")}`);
  }
  if (explained.length === 0) {
    terminal.phase("No changes.");
    return;
  }
  terminal.phase("No changes, apart from what the local AWS itself gets wrong:");
  for (const { address, attributes, because } of explained) {
    terminal.print(`             ${address} (${attributes.join(", ")}): ${because}.`);
  }
}
