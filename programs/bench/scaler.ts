/* What the packed AgentScaler costs: its size, its start, its memory and its time per poll, on fakes of Buildkite and AWS. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FakeAwsApi } from "../../test/harness/fake-aws-api";
import { FakeBuildkiteApi } from "../../test/harness/fake-buildkite-api";
import { ScalerBundle } from "../../test/harness/scaler/scaler-process";
import { repository } from "../../test/harness/tools";
import { median } from "./median";
import { type Row } from "./table";

const STARTS = 7;
const POLLING = { LAMBDA_INTERVAL: "50ms", LAMBDA_TIMEOUT: "3s" };
const QUEUES = [1, 20, 100];
const LOAD = `const begun = performance.now(); require(process.argv[1]); console.log(performance.now() - begun);`;

/** Kilobytes of each zip. */
export function zipRows(): Row[] {
  const folder = join(repository, "dist", "lambda");
  const zips = readdirSync(folder).filter((name) => name.endsWith(".zip"));
  return zips.map((name) => ({
    what: `zip: ${name}`,
    measured: statSync(join(folder, name)).size / 1024,
    unit: "KB",
    target: 300,
  }));
}

export async function scalerRows(): Promise<Row[]> {
  const bundle = ScalerBundle.build();
  try {
    const rows: Row[] = [{ what: "AgentScaler: load of the bundle", measured: loadTime(bundle.file), unit: "ms" }];
    let single: number | undefined;
    for (const queues of QUEUES) {
      const { pollMs, memory } = await polls(bundle, queues);
      single ??= pollMs;
      const many = queues === 1 ? "1 queue" : `${String(queues)} queues`;
      rows.push({ what: `AgentScaler: poll of ${many}, all its calls`, measured: pollMs, unit: "ms" });
      rows.push({ what: `  times the poll of 1 queue`, measured: pollMs / single, unit: "x", target: queues });
      rows.push({ what: `  peak memory`, measured: memory, unit: "MB", target: 128 });
    }
    return rows;
  } finally {
    bundle.remove();
  }
}

function loadTime(file: string): number {
  const once = () =>
    Number(spawnSync(process.execPath, ["-e", LOAD, file], { encoding: "utf8", timeout: 30_000 }).stdout);
  return median(Array.from({ length: STARTS }, once));
}

/** Milliseconds of a warm poll, and peak memory in megabytes. */
async function polls(bundle: ScalerBundle, queues: number): Promise<{ pollMs: number; memory: number }> {
  const [buildkite, aws] = [new FakeBuildkiteApi(), new FakeAwsApi()];
  const [endpoint, awsEndpoint] = [await buildkite.start(), await aws.start()];
  try {
    const pairs = Array.from({ length: queues }, (_, i) => ({
      queue: `queue-${String(i)}`,
      group: `group-${String(i)}`,
    }));
    for (const { queue, group } of pairs) {
      buildkite.queue(queue, { scheduled: 3 });
      aws.autoScaling.add(group);
    }
    const environment = {
      AWS_ENDPOINT_URL: awsEndpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      BUILDKITE_AGENT_ENDPOINT: endpoint,
      BUILDKITE_AGENT_TOKEN: buildkite.token,
      AGENTS_PER_INSTANCE: "1",
      CLOUDWATCH_METRICS: "true",
      QUEUE_GROUPS: JSON.stringify(pairs),
      ...POLLING,
    };
    const { invocations, lines, peakMemoryMB } = await bundle.run({ environment });
    const failure = invocations.find(({ error }) => error !== undefined)?.error;
    if (failure !== undefined) throw new Error(`the AgentScaler failed: ${failure}`);
    const durations = lines.flatMap(({ PollDurationMs }) =>
      typeof PollDurationMs === "number" ? [PollDurationMs] : [],
    );
    return { pollMs: median(durations.slice(queues)), memory: peakMemoryMB };
  } finally {
    await buildkite.stop();
    await aws.stop();
  }
}
