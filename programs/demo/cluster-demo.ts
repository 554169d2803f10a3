import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../test/harness/emulator";
import { FakeBuildkiteApi } from "../../test/harness/fake-buildkite-api";
import type { Environment } from "../../test/harness/processes";
import { RandomNumbers } from "../../test/harness/random-numbers";
import { runCluster, type ClusterRun } from "./cluster-run";
import { Cluster, type Counts } from "./cluster";
import { Container } from "./container";
import { downloadFunction } from "./deployed-function";
import { DeployedGroup } from "./group";
import { demoJobs } from "./jobs";
import { LiveTable } from "./live-table";
import { PACKAGES_BUCKET } from "./packages";
import { type Poll, pollsIn } from "./poll-record";
import { picture, summary } from "./summary";
import type { Terminal } from "./terminal";

const QUEUE = "default";
const TOKEN = "demo-token";
const SEED = 20;
const AGENTS_PER_INSTANCE = 2;
const MAX_SIZE = 10;
/** Minutes in a real cluster, seconds here. */
const IDLE_SECONDS = 6;
const [SHORTEST_BOOT_SECONDS, LONGEST_BOOT_SECONDS] = [3, 6];
/** Age of the scheduled event: with this one, an invocation has time for one poll only. */
const EVENT_AGE_MS = 58_000;
const LONGEST_DELAY_MS = 120_000;

export interface Deployed {
  readonly emulator: Emulator;
  readonly functionName: string;
  readonly groupName: string;
  /** An existing folder for the function's package. */
  readonly folder: string;
}

/** Runs the deployed AgentScaler on simulated jobs and hosts, with a fake Buildkite API. */
export class ClusterDemo {
  readonly #buildkite = new FakeBuildkiteApi();
  #endpoint = "";

  constructor(
    private readonly terminal: Terminal,
    private readonly signal: AbortSignal,
  ) {}

  async open(): Promise<void> {
    this.#buildkite.token = TOKEN;
    this.#endpoint = await this.#buildkite.start();
  }

  close(): Promise<void> {
    return this.#buildkite.stop();
  }

  /** The stack's inputs for this cluster, as Terraform variables. */
  get inputs(): Environment {
    return {
      TF_VAR_buildkite_agent_token: TOKEN,
      TF_VAR_buildkite_queue: QUEUE,
      TF_VAR_agent_endpoint: this.#endpoint,
      TF_VAR_agents_per_instance: String(AGENTS_PER_INSTANCE),
      TF_VAR_max_size: String(MAX_SIZE),
      TF_VAR_scale_in_idle_period: String(IDLE_SECONDS),
      TF_VAR_scaler_implementation: "typescript",
      TF_VAR_lambda_bucket: PACKAGES_BUCKET,
    };
  }

  /** Runs all jobs and writes a chart of the run. */
  async run(deployed: Deployed, picturePath: string): Promise<void> {
    const { emulator, functionName: name, groupName, folder } = deployed;
    rmSync(picturePath, { force: true });
    this.terminal.phase(`The cluster at work: ${name}, taken out of the local AWS, runs once a second`);
    const fn = await downloadFunction((service, operation, params) => emulator.aws(service, operation, params), {
      name,
      bucket: PACKAGES_BUCKET,
      folder,
    });
    const container = new Container(fn, lambdaEnvironment(emulator));
    const group = new DeployedGroup(emulator, groupName);
    const table = new LiveTable(this.terminal);
    const cluster = newCluster();
    try {
      const working = runCluster({
        cluster,
        group,
        publish: (counts) => this.publish(counts),
        scale: () => scaleOnce(container),
        onSnapshot: (moment) => table.add(moment),
        until: secondsFrom(Date.now(), this.signal),
      });
      this.report(await working.finally(() => table.end()), cluster, picturePath);
    } finally {
      group.close();
      await container.stop();
    }
  }

  private publish({ scheduled, running, agentsIdle, agentsBusy }: Counts): void {
    this.#buildkite.queue(QUEUE, { scheduled, running, idle: agentsIdle, busy: agentsBusy });
  }

  private report(run: ClusterRun, cluster: Cluster, picturePath: string): void {
    for (const sentence of summary(run, cluster)) this.terminal.phase(sentence);
    if (cluster.lost > 0) throw new Error(`${cluster.lost} jobs lost their host while they ran.`);
    mkdirSync(join(picturePath, ".."), { recursive: true });
    writeFileSync(picturePath, picture(run, "The cluster at work"));
    this.terminal.phase(`A picture of it: ${picturePath}`);
  }
}

function newCluster(): Cluster {
  const random = new RandomNumbers(SEED);
  const bootSeconds = () => SHORTEST_BOOT_SECONDS + (LONGEST_BOOT_SECONDS - SHORTEST_BOOT_SECONDS) * random.next();
  const times = { agentsPerInstance: AGENTS_PER_INSTANCE, idleSeconds: IDLE_SECONDS, bootSeconds };
  return new Cluster(demoJobs(SEED), times);
}

async function scaleOnce(container: Container): Promise<Poll[]> {
  const time = new Date(Date.now() - EVENT_AGE_MS).toISOString();
  return pollsIn(await container.invoke({ source: "aws.events", "detail-type": "Scheduled Event", time }));
}

/** What Lambda adds to a function's own environment, with the local AWS as endpoint. */
function lambdaEnvironment({ env, endpoint, region }: Emulator): Environment {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: env["AWS_ACCESS_KEY_ID"],
    AWS_SECRET_ACCESS_KEY: env["AWS_SECRET_ACCESS_KEY"],
    TZ: ":UTC",
    NODE_NO_WARNINGS: "1",
  };
}

/** Waits for the seconds of a run. Throws where the machine is too far behind. */
function secondsFrom(start: number, signal: AbortSignal) {
  return async (second: number): Promise<void> => {
    const ahead = start + second * 1000 - Date.now();
    if (ahead < -LONGEST_DELAY_MS) throw new Error(`After ${second} s at work the demo is ${-ahead / 1000} s late.`);
    await sleep(Math.max(ahead, 0), undefined, { signal });
  };
}
