import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { lambdaKey } from "../../../src/aws/function-code";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { packaged } from "../../../src/package";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { sha256 } from "../../harness/fake-s3-api";
import { run, start, until } from "../../harness/processes";
import { writeRoot } from "../../harness/roots";
import { Workspace } from "../../harness/terraform";
import { repository } from "../../harness/tools";

const HOME = "eu-central-1";
const BUCKETS = { "us-east-1": "functions", "eu-west-1": "functions-eu-west-1", [HOME]: `functions-${HOME}` };
const REGIONS = Object.keys(BUCKETS);
const NAMES = readdirSync(packaged("lambda")).filter((name) => existsSync(packaged("lambda", name, "handler.ts")));
const KEYS = NAMES.sort().map(lambdaKey);

/** Read after the command, which builds. */
const built = (name: string): Buffer => readFileSync(packaged("dist", "lambda", `${name}.zip`));

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ region: HOME });
});

afterAll(() => emulator.stop());

async function addBucket(Bucket: string, region: string): Promise<void> {
  const place = region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
  await emulator.aws("s3", "create_bucket", { Bucket, ...place }, region);
}

const command = (bucket: string, regions: readonly string[], endpoint = emulator.endpoint) => {
  const options = ["--bucket", bucket, "--regions", regions.join(","), "--endpoint", endpoint];
  return ["run", "--silent", "publish:lambda", "--", ...options];
};

async function publish(bucket: string, regions: readonly string[]) {
  const outcome = await run("npm", command(bucket, regions), {
    cwd: repository,
    env: emulator.env,
    timeoutMs: 120_000,
  });
  const count = (result: string) => outcome.stdout.split("\n").filter((line) => line.endsWith(`  ${result}`)).length;
  expect(outcome.output).not.toMatch(/^\s+at /m);
  return { ...outcome, uploaded: count("uploaded"), there: count("already there"), failed: count("failed") };
}

/** What the buckets hold under the keys of the functions. */
async function published(): Promise<Buffer[]> {
  const places = Object.entries(BUCKETS).flatMap(([region, Bucket]) => KEYS.map((Key) => ({ region, Bucket, Key })));
  const calls = places.map(({ region, ...params }) => ({ service: "s3", operation: "get_object", params, region }));
  return (await emulator.calls(calls)).map((answer) => Buffer.from((answer as { Body: string }).Body, "base64"));
}

async function keysIn(Bucket: string): Promise<string[]> {
  const { Contents } = await emulator.aws("s3", "list_objects_v2", { Bucket }, "us-east-1");
  return Contents.map(({ Key }: { Key: string }) => Key);
}

/** Each function that runs: the key that its code came from, and the code's hash. */
async function deployed(): Promise<Record<string, string>> {
  const { Functions } = await emulator.aws("lambda", "list_functions");
  const operation = { service: "lambda", operation: "get_function", region: HOME };
  const answers = await emulator.calls(
    Functions.map(({ FunctionName }: any) => ({ ...operation, params: { FunctionName } })),
  );
  return Object.fromEntries(
    answers.map(({ Code, Configuration }: any) => [new URL(Code.Location).pathname.slice(1), Configuration.CodeSha256]),
  );
}

/** Passes everything on to the emulator, but for the third upload, which it holds for ever. */
async function holdingThirdUpload() {
  let uploads = 0;
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.method === "PUT" && ++uploads === 3) return;
    const { method, headers, url = "/" } = incoming;
    const onward = request(emulator.endpoint + url, { method: method!, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    holds: () => uploads >= 3,
    close: () => (proxy.closeAllConnections(), proxy.close()),
  };
}

test("a region without its bucket fails alone; repeated, the command uploads what is missing; then nothing", async () => {
  await addBucket("functions", "us-east-1");
  await addBucket(`functions-${HOME}`, HOME);
  const first = await publish("functions", REGIONS);
  expect(first).toMatchObject({ code: 1, uploaded: 2 * NAMES.length, failed: NAMES.length });
  expect(first.output).toContain("eu-west-1: there is no bucket functions-eu-west-1: create it in eu-west-1.");
  await addBucket("functions-eu-west-1", "eu-west-1");
  expect(await publish("functions", REGIONS)).toMatchObject({
    code: 0,
    uploaded: NAMES.length,
    there: 2 * NAMES.length,
  });
  expect(await publish("functions", REGIONS)).toMatchObject({ code: 0, uploaded: 0, there: 3 * NAMES.length });
  const expected = NAMES.map(built);
  (await published()).forEach((content, i) => expect(content.equals(expected[i % NAMES.length]!)).toBe(true));
});

test("a command that is ended in the middle of an upload leaves whole objects, and the next one goes on", async () => {
  await addBucket("interrupted", "us-east-1");
  const proxy = await holdingThirdUpload();
  const running = start("npm", command("interrupted", ["us-east-1"], proxy.endpoint), {
    cwd: repository,
    env: emulator.env,
  });
  try {
    expect(await until(proxy.holds, 60_000)).toBe(true);
  } finally {
    await running.stop();
    proxy.close();
  }
  const whole = Object.fromEntries(NAMES.map((name) => [lambdaKey(name), built(name).toString("base64")]));
  const left = await keysIn("interrupted");
  expect(left).toHaveLength(2);
  for (const Key of left) {
    const { Body } = await emulator.aws("s3", "get_object", { Bucket: "interrupted", Key }, "us-east-1");
    expect(Body).toBe(whole[Key]);
  }
  expect(await publish("interrupted", ["us-east-1"])).toMatchObject({ code: 0, uploaded: NAMES.length - 2, there: 2 });
});

test("a published version with other content is refused and stays, and the others are published", async () => {
  await addBucket("taken", "us-east-1");
  const first = KEYS[0]!;
  await emulator.aws("s3", "put_object", { Bucket: "taken", Key: first, Body: "earlier" }, "us-east-1");
  const outcome = await publish("taken", ["us-east-1"]);
  expect(outcome).toMatchObject({ code: 1, uploaded: NAMES.length - 1 });
  expect(outcome.output).toContain(`s3://taken/${first} is published with other content`);
  expect(await keysIn("taken")).toHaveLength(NAMES.length);
  const { Body } = await emulator.aws("s3", "get_object", { Bucket: "taken", Key: first }, "us-east-1");
  expect(Body).toBe("earlier");
});

test("a stack with lambda_bucket runs the very zips that were published", async () => {
  await addBucket("live", "us-east-1");
  await addBucket(`live-${HOME}`, HOME);
  expect(await publish("live", ["us-east-1", HOME])).toMatchObject({ code: 0 });
  await emulator.seedScalerBucket(HOME, releasedScalerKey("x86_64"));
  const workspace = await Workspace.create({ env: emulator.env });
  try {
    const inputs = {
      buildkite_agent_token: "t",
      enable_secrets_plugin: false,
      lambda_bucket: `live-${HOME}`,
      scaler_implementation: "typescript",
      buildkite_agent_enable_graceful_shutdown: true,
    };
    writeRoot(workspace, "module", { stacks: { ci: inputs } });
    await workspace.init();
    await workspace.apply();
    const running = await deployed();
    expect(Object.keys(running)).toHaveLength(3);
    expect(Object.fromEntries(NAMES.map((name) => [lambdaKey(name), sha256(built(name))]))).toMatchObject(running);
  } finally {
    workspace.remove();
  }
});
