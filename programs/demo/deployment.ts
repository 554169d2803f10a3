import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Differences, differencesOf } from "../../test/harness/emulator-differences";
import { type Environment, run } from "../../test/harness/processes";
import { Workspace } from "../../test/harness/terraform";
import { type Count, counter, reasonOf } from "./cdktf-output";
import { type ConstructPaths, type Resource, resourcesOf } from "./resource-list";

export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

interface CdktfSetup {
  /** The folder of cdktf.json. */
  readonly folder: string;
  readonly cdktf: string;
  readonly stack: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** A stack that cdktf deploys and destroys. */
export class Deployment {
  constructor(private readonly place: CdktfSetup) {}

  deploy(onCount: (count: Count) => void): Promise<void> {
    return this.cdktf("deploy", counter("Creation"), onCount);
  }

  destroy(onCount: (count: Count) => void): Promise<void> {
    return this.cdktf("destroy", counter("Destruction"), onCount);
  }

  async resources(): Promise<Resource[]> {
    const workspace = await this.workspace();
    const configuration = readFileSync(join(this.synthesized, "cdk.tf.json"), "utf8");
    return resourcesOf(await workspace.show(), JSON.parse(configuration) as ConstructPaths);
  }

  async outputs(): Promise<Record<string, Output>> {
    const { stdout } = await (await this.workspace()).run(["output", "-json"]);
    return JSON.parse(stdout) as Record<string, Output>;
  }

  /** The changes in a second plan. */
  async secondPlan(): Promise<Differences> {
    return differencesOf(await (await this.workspace()).plan());
  }

  private get synthesized(): string {
    return join(this.place.folder, "cdktf.out/stacks", this.place.stack);
  }

  private workspace(): Promise<Workspace> {
    const { env, signal } = this.place;
    return Workspace.create({ env, signal, directory: this.synthesized });
  }

  private async cdktf(command: "deploy" | "destroy", count: (line: string) => Count, onCount: (count: Count) => void) {
    const { folder, cdktf, stack, env, signal } = this.place;
    const args = [command, stack, "--auto-approve", "--skip-provider-lock", "--terraform-parallelism", "30"];
    const onLine = (line: string) => onCount(count(line));
    const outcome = await run(cdktf, args, { cwd: folder, env, signal, onLine, timeoutMs: 900_000 });
    if (outcome.code !== 0) throw new Error(`cdktf ${command} failed:\n${reasonOf(outcome.output)}`);
  }
}
