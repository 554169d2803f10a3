import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Environment, type Outcome, run } from "./processes";
import { cleanEnvironment, findTerraform, providerMirror } from "./tools";

export type Action = "no-op" | "create" | "read" | "update" | "delete";

/** One entry of `resource_changes` in Terraform's plan format. */
export interface ResourceChange {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly change: {
    readonly actions: readonly Action[];
    readonly before: Record<string, unknown> | null;
    readonly after: Record<string, unknown> | null;
    readonly after_unknown: Record<string, unknown>;
    readonly replace_paths?: readonly unknown[];
  };
}

export interface Plan {
  readonly resource_changes: readonly ResourceChange[];
  readonly output_changes: Readonly<Record<string, { readonly actions: readonly Action[]; readonly after?: unknown }>>;
  readonly resource_drift?: readonly ResourceChange[];
  readonly [other: string]: unknown;
}

export interface PlanOptions {
  readonly destroy?: boolean;
  readonly refresh?: boolean;
  readonly targets?: readonly string[];
}

export interface WorkspaceOptions {
  /** The emulator's environment; without one Terraform gets no AWS settings at all. */
  readonly env?: Environment;
  /** A folder of the caller's to work in; without one a temporary folder is made, and removed by `remove()`. */
  readonly directory?: string;
  /** Stops a running Terraform when aborted. */
  readonly signal?: AbortSignal;
}

/** The changes of managed resources that a plan would make. */
export function changesOf(plan: Plan): ResourceChange[] {
  const changing = (change: ResourceChange) =>
    change.change.actions.some((action) => action !== "no-op" && action !== "read");
  return plan.resource_changes.filter((change) => change.mode === "managed" && changing(change));
}

/** What Terraform needs to find the provider and to run without questions. */
export async function terraformEnvironment(env: Environment, configFile: string): Promise<Environment> {
  const aws = '["registry.terraform.io/hashicorp/aws"]';
  const lines = [
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(await providerMirror())}`,
    `    include = ${aws}`,
    "  }",
    "  direct {",
    `    exclude = ${aws}`,
    "  }",
    "}",
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  // Half of what Terraform and the provider cost is their collecting of garbage, which such short runs hardly need.
  const memory = { GOGC: "400", GOMEMLIMIT: "2GiB" };
  return { ...env, ...memory, TF_CLI_CONFIG_FILE: configFile, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" };
}

/** A folder in which real Terraform runs. */
export class Workspace {
  private constructor(
    readonly directory: string,
    readonly env: Environment,
    private readonly options: WorkspaceOptions,
    private readonly terraform: string,
  ) {}

  static async create(options: WorkspaceOptions = {}): Promise<Workspace> {
    const terraform = findTerraform();
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
    const env = await terraformEnvironment(options.env ?? cleanEnvironment(), join(directory, "terraform.rc"));
    return new Workspace(directory, env, options, terraform);
  }

  /** Writes a file, by its path inside the folder. Anything but text and bytes becomes JSON. */
  write(path: string, content: unknown): void {
    const target = join(this.directory, path);
    mkdirSync(dirname(target), { recursive: true });
    const isReady = typeof content === "string" || ArrayBuffer.isView(content);
    writeFileSync(target, isReady ? (content as string | Uint8Array) : JSON.stringify(content, null, 2));
  }

  copyFrom(folder: string, into = "."): void {
    cpSync(folder, join(this.directory, into), { recursive: true });
  }

  /** Values of root variables; in a file only its owner can read, never among the arguments of a process. */
  variables(values: Record<string, unknown>): void {
    this.write("harness.auto.tfvars.json", values);
    chmodSync(join(this.directory, "harness.auto.tfvars.json"), 0o600);
  }

  async init(): Promise<void> {
    await this.run(["init", "-input=false"]);
    const lock = join(this.directory, ".terraform.lock.hcl");
    if (!existsSync(lock)) return;
    // Without the provider's hashes no later command reads its 700 MB to compare them.
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/^ *hashes = \[[^\]]*\]\n/m, ""));
  }

  async validate(): Promise<void> {
    await this.run(["validate"]);
  }

  async plan(options: PlanOptions = {}): Promise<Plan> {
    const flags = [...(options.destroy ? ["-destroy"] : []), ...(options.refresh === false ? ["-refresh=false"] : [])];
    const targets = (options.targets ?? []).map((target) => `-target=${target}`);
    await this.run(["plan", "-input=false", "-out=harness.tfplan", ...flags, ...targets]);
    const shown = await this.run(["show", "-json", "harness.tfplan"]);
    return { resource_changes: [], output_changes: {}, ...(JSON.parse(shown.stdout) as object) };
  }

  /** Applies what is written, or the plan that `plan()` saved last, and returns the outputs. */
  async apply(options: { readonly planned?: boolean } = {}): Promise<Record<string, unknown>> {
    const what = options.planned === true ? ["harness.tfplan"] : ["-auto-approve"];
    await this.run(["apply", "-input=false", "-parallelism=30", ...what]);
    return this.outputs();
  }

  /** Without `refresh` Terraform trusts its state, which is right when nothing else has touched what it made. */
  async destroy(options: { readonly refresh?: boolean } = {}): Promise<void> {
    const flags = options.refresh === false ? ["-refresh=false"] : [];
    await this.run(["destroy", "-input=false", "-auto-approve", "-parallelism=30", ...flags]);
  }

  /** From the state as it lies there: asking Terraform for it would start one more process. */
  private outputs(): Record<string, unknown> {
    const { outputs } = JSON.parse(this.state()) as { outputs: Record<string, { value: unknown }> };
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, output.value]));
  }

  /** The state's file. */
  state(): string {
    return readFileSync(join(this.directory, "terraform.tfstate"), "utf8");
  }

  /** The state in Terraform's JSON format. */
  async show(): Promise<any> {
    return JSON.parse((await this.run(["show", "-json"])).stdout);
  }

  /** Runs a command of Terraform's, its name first, and answers how it ended. */
  attempt(args: readonly string[], timeoutMs = 1_800_000): Promise<Outcome> {
    const { signal } = this.options;
    return run(this.terraform, args, {
      cwd: this.directory,
      env: { ...this.env, TF_CLI_ARGS: "-no-color" },
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The same for a command that must succeed; a failure carries the command and the end of its output. */
  async run(args: readonly string[], timeoutMs?: number): Promise<Outcome> {
    const outcome = await this.attempt(args, timeoutMs);
    if (outcome.code === 0) return outcome;
    const end = outcome.output.trimEnd().split("\n").slice(-40).join("\n");
    throw new Error(`terraform ${args.join(" ")} ended with ${outcome.code}:\n${end}`);
  }

  /** Removes the temporary folder; a folder of the caller's stays. */
  remove(): void {
    if (this.options.directory === undefined) rmSync(this.directory, { recursive: true, force: true });
  }
}
