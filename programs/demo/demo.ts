import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../test/harness/emulator";
import type { Environment } from "../../test/harness/processes";
import { terraformEnvironment } from "../../test/harness/terraform";
import { findTerraform, providerMirror, repository, ToolMissing } from "../../test/harness/tools";
import type { Count } from "./cdktf-output";
import { deployedResources } from "./deployed-resources";
import { Deployment, type Output } from "./deployment";
import { uploadPackages } from "./packages";
import { pythonWithMoto } from "./python";
import { report } from "./report";
import { Terminal } from "./terminal";
import { WorkFolder } from "./work-folder";
import { ClusterDemo } from "./cluster-demo";

const region = "us-east-1";
const stack = "elastic-ci-stack";
const demoFolder = join(repository, ".demo");
/** The only file that the demo leaves. */
const picturePath = join(demoFolder, "cluster-at-work.svg");

/** Deploys the app in a folder to a local AWS, shows the resources and the cluster at work, and destroys everything again. */
class Demo {
  readonly #terminal = new Terminal();
  readonly #interruption = new AbortController();
  readonly #signal = this.#interruption.signal;
  readonly #clusterDemo = new ClusterDemo(this.#terminal, this.#signal);

  /** The folder of the app's cdktf.json. */
  constructor(private readonly appFolder: string) {}

  interrupt(): void {
    this.#interruption.abort();
  }

  /** Runs everything and returns the exit code. */
  async run(): Promise<number> {
    try {
      await this.check();
      const folder = new WorkFolder(this.appFolder, demoFolder);
      try {
        await this.onEmulator(folder);
      } finally {
        folder.remove();
      }
      this.#terminal.phase(`Done. Nothing is left behind${existsSync(picturePath) ? " but the picture" : ""}.`);
      return 0;
    } catch (error) {
      return this.fail(error);
    }
  }

  private fail(error: unknown): number {
    if (this.#signal.aborted) {
      this.#terminal.phase("Interrupted. Everything that was started has been stopped.");
      return 130;
    }
    this.#terminal.print(error instanceof ToolMissing ? error.message : `The demo failed. ${messageOf(error)}`);
    return 1;
  }

  private async check(): Promise<void> {
    this.#terminal.phase("Looking for Terraform, Python with moto, and the AWS provider");
    findTerraform();
    await pythonWithMoto(repository, this.#terminal, this.#signal);
    const onDownload = () => this.#terminal.phase("Downloading the AWS provider (once, several hundred megabytes)");
    await providerMirror({ signal: this.#signal, onDownload });
    this.#signal.throwIfAborted();
  }

  private async onEmulator(folder: WorkFolder): Promise<void> {
    this.#terminal.phase("Starting a local AWS (moto)");
    const emulator = await startEmulator({ region, signal: this.#signal });
    try {
      await uploadPackages(emulator);
      await this.#clusterDemo.open();
      this.#terminal.phase(`Local AWS answers at ${emulator.endpoint}`);
      await this.roundTrip(emulator, await this.deployment(emulator, folder), folder);
    } finally {
      await this.#clusterDemo.close();
      await emulator.stop();
    }
  }

  private async deployment(emulator: Emulator, folder: WorkFolder): Promise<Deployment> {
    const env: Environment = {
      ...(await terraformEnvironment(emulator.env, join(folder.path, ".terraform.rc"))),
      ...this.#clusterDemo.inputs,
      // Otherwise the access logs in the buckets prevent their destruction.
      TF_VAR_secrets_bucket_force_destroy: "true",
      CDKTF_HOME: join(folder.path, ".cdktf"),
      CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
      DISABLE_VERSION_CHECK: "1",
      TMPDIR: folder.temporary,
    };
    const cdktf = join(repository, "node_modules/.bin/cdktf");
    return new Deployment({ folder: folder.path, cdktf, stack, env, signal: this.#signal });
  }

  /** Deploys, shows the result and runs the cluster; destroys the resources even if that failed. */
  private async roundTrip(emulator: Emulator, deployment: Deployment, folder: WorkFolder): Promise<void> {
    try {
      this.#terminal.phase(`cdktf deploy ${stack}`);
      await deployment.deploy((count) => this.show("resources created", count));
      await this.work(emulator, await report(deployment, emulator, this.#terminal), folder);
    } catch (error) {
      this.#signal.throwIfAborted();
      if ((await deployedResources(emulator)).length === 0) throw error;
      this.#terminal.print(messageOf(error));
      await this.destroy(emulator, deployment);
      throw new Error("The error is above; what had been made is destroyed again.");
    }
    await this.destroy(emulator, deployment);
  }

  /** Does nothing where the app has no AgentScaler. */
  private async work(emulator: Emulator, outputs: Record<string, Output>, folder: WorkFolder): Promise<void> {
    const [functionName, groupName] = ["scaler_lambda_function_name", "auto_scaling_group_name"].map(
      (name) => outputs[name]?.value,
    );
    if (typeof functionName !== "string" || typeof groupName !== "string") return;
    await this.#clusterDemo.run(
      { emulator, functionName, groupName, folder: join(folder.path, ".function") },
      picturePath,
    );
  }

  private async destroy(emulator: Emulator, deployment: Deployment): Promise<void> {
    this.#terminal.phase(`cdktf destroy ${stack}`);
    await deployment.destroy((count) => this.show("resources destroyed", count));
    const left = await deployedResources(emulator);
    if (left.length > 0) throw new Error(`These resources were left:\n${left.join("\n")}`);
    this.#terminal.phase("The local AWS is empty again: 0 resources");
  }

  private show(what: string, { done, total, underWay }: Count): void {
    if (total === undefined) return;
    const names = underWay.length === 0 || underWay.length > 2 ? "" : `, waiting for ${underWay.join(" and ")}`;
    this.#terminal.progress(`${done} of ${total} ${what}${names}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  // No warning in the demo's output about the Node.js versions of later SDK releases.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const demo = new Demo(resolve(process.argv[2] ?? repository));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => demo.interrupt());
  process.exitCode = await demo.run();
}

void main();
