import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Environment, run } from "../../test/harness/processes";
import { findMoto, findOnPath, motoRequirement, privatePython, ToolMissing } from "../../test/harness/tools";
import type { Terminal } from "./terminal";
import { removeIfEmpty } from "./work-folder";

/** Finds a Python with moto, or makes a private environment that has it inside the checkout. */
export async function pythonWithMoto(
  checkout: string,
  terminal: Terminal,
  signal: AbortSignal,
  env: Environment = process.env,
): Promise<void> {
  try {
    await findMoto(env, checkout);
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    await makeEnvironment({ checkout, terminal, signal, env });
  }
}

interface Setup {
  readonly checkout: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly env: Environment;
}

async function makeEnvironment(setting: Setup): Promise<void> {
  const python = findOnPath("python3", setting.env);
  if (python === undefined) {
    throw new ToolMissing(
      "Python 3 is not on the PATH; the local AWS needs it. Install it: https://www.python.org/downloads/",
    );
  }
  const folder = join(setting.checkout, ".demo/venv");
  setting.terminal.phase("Python has no moto yet: making a private environment in .demo/venv (once, about a minute)");
  try {
    await step(setting, "python3 -m venv", python, ["-m", "venv", "--clear", folder]);
    const install = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", motoRequirement];
    await step(setting, "pip install", privatePython(setting.checkout), install);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    removeIfEmpty(dirname(folder));
    throw error;
  }
}

async function step({ terminal, signal, env }: Setup, what: string, command: string, args: string[]): Promise<void> {
  const onLine = (line: string) => terminal.progress(`${what}: ${line.trim()}`);
  const outcome = await run(command, args, { timeoutMs: 300_000, env, onLine, signal });
  if (outcome.code === 0) return;
  const end = outcome.output.trimEnd().split("\n").slice(-8).join("\n");
  throw new ToolMissing(
    `The private Python environment could not be made: ${what} failed.\n${end}\n` +
      "Check the network (and on Debian or Ubuntu the package python3-venv), or install moto yourself: " +
      `python3 -m pip install '${motoRequirement}'`,
  );
}
