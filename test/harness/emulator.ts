import { createServer } from "node:net";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { type AwsCall, callAws } from "./aws-calls";
import { inventoryCalls, keyType } from "./inventory";
import { type Environment, type Running, start, until } from "./processes";
import { cleanEnvironment, findMoto } from "./tools";

export interface EmulatorOptions {
  /** A wish: where the port is taken, another one is chosen. */
  readonly port?: number;
  readonly region?: string;
  readonly env?: Environment;
  /** Gives up waiting when aborted. */
  readonly signal?: AbortSignal;
}

/** A local AWS: moto's server in a process of its own. */
export class Emulator {
  readonly pid: number;
  readonly #seeded = new Set<string>();

  constructor(
    readonly endpoint: string,
    readonly region: string,
    /** The whole environment for programs that shall talk to the emulator, free of the user's own AWS settings. */
    readonly env: Environment,
    private readonly python: string,
    private readonly server: Running,
  ) {
    this.pid = server.pid;
  }

  /** One call through boto3: `aws("ssm", "get_parameter", { Name: "/x" })`. */

  async aws(
    service: string,
    operation: string,
    params: Record<string, unknown> = {},
    region = this.region,
  ): Promise<any> {
    const [result] = await this.calls([{ service, operation, params, region }]);
    return result;
  }

  /** Several calls in one go, which saves the start of Python for each. */
  calls(calls: readonly AwsCall[]): Promise<unknown[]> {
    return callAws(this.python, this.env, calls);
  }

  /** Everything that exists and was made by somebody, as "aws_vpc vpc-0123", sorted; seeded buckets left out. */
  async resources(region = this.region): Promise<string[]> {
    const calls = inventoryCalls(region);
    const keys: AwsCall = { service: "kms", operation: "list_keys", region, query: "Keys[].KeyId" };
    const [keyIds, ...answers] = (await this.calls([keys, ...calls])) as string[][];
    const found = calls.flatMap((call, i) => (answers[i] ?? []).map((name) => `${call.type} ${name}`));
    const live = (await this.liveKeys(keyIds ?? [], region)).map((id) => `${keyType} ${id}`);
    return [...found, ...live].filter((line) => !this.#seeded.has(line)).sort();
  }

  /** Keys of the account itself that do not wait for their deletion. */
  private async liveKeys(ids: readonly string[], region: string): Promise<string[]> {
    if (ids.length === 0) return [];
    const query = "KeyMetadata.[KeyManager, KeyState]";
    const calls = ids.map((KeyId) => ({ service: "kms", operation: "describe_key", params: { KeyId }, region, query }));
    const states = (await this.calls(calls)) as (string[] | undefined)[];
    return ids.filter((_, i) => states[i]?.[0] === "CUSTOMER" && states[i][1] !== "PendingDeletion");
  }

  /** Puts a stand-in for the published scaler where Buildkite's public bucket of the region would have it. */
  async seedScalerBucket(region: string, key: string): Promise<void> {
    const home = region === "us-east-1";
    const bucket = home ? "buildkite-lambdas" : `buildkite-lambdas-${region}`;
    const place = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
    const zip = zipSync({ bootstrap: strToU8("#!/bin/sh\nexit 0\n") });
    await this.put(region, `/${bucket}`, home ? "" : place);
    await this.put(region, `/${bucket}/${key}`, zip);
    this.#seeded.add(`aws_s3_bucket ${bucket}`);
  }

  /** Stores an object in a bucket that exists. */
  upload(bucket: string, key: string, body: Uint8Array): Promise<void> {
    return this.put(this.region, `/${bucket}/${key}`, body);
  }

  /** S3 by hand; moto reads the region from the signature's scope and does not check the signature. */
  private async put(region: string, path: string, body: string | Uint8Array): Promise<void> {
    const authorization = `AWS4-HMAC-SHA256 Credential=demo/20200101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`;
    const init = { method: "PUT", headers: { authorization }, body, signal: AbortSignal.timeout(120_000) };
    const response = await fetch(this.endpoint + path, init);
    if (!response.ok) throw new Error(`PUT ${path} on the emulator: ${response.status} ${await response.text()}`);
  }

  /** Ends the server: SIGTERM, and SIGKILL after five seconds. */
  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Starts the emulator and waits until it answers. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const python = await findMoto(options.env);
  const region = options.region ?? "us-east-1";
  const base = cleanEnvironment(options.env);
  let said = "";
  for (let attempt = 0; attempt < 3; attempt++) {
    const port = await freePort(attempt === 0 ? options.port : undefined);
    const env = { ...base, MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONDONTWRITEBYTECODE: "1" };
    const server = start(python, [join(__dirname, "moto_server.py"), String(port)], { env });
    const endpoint = `http://127.0.0.1:${port}`;
    if (await answers(server, endpoint, options.signal)) {
      return new Emulator(endpoint, region, redirected(base, endpoint, region), python, server);
    }
    said = server.output();
    await server.stop();
    options.signal?.throwIfAborted();
  }
  throw new Error(`The emulator did not start. It said:\n${said.trim()}`);
}

/** Waits for the server's answer; functions are stored and never run, so that no Docker is needed. */
async function answers(server: Running, endpoint: string, signal?: AbortSignal): Promise<boolean> {
  const state = { ready: false, ended: false };
  const end = () => (state.ended = true);
  void server.exited.then(end, end);
  await until(async () => {
    const config = { method: "POST", body: '{"lambda":{"use_docker":false}}', signal: AbortSignal.timeout(60_000) };
    state.ready = await fetch(`${endpoint}/moto-api/config`, config).then(
      (response) => response.ok,
      () => false,
    );
    return state.ready || state.ended || signal?.aborted === true;
  }, 300_000);
  // Another program may have taken the port in between and be the one that answers.
  return state.ready && !state.ended && signal?.aborted !== true;
}

function redirected(base: Environment, endpoint: string, region: string): Environment {
  return {
    ...base,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "emulator",
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
  };
}

/** The wanted port when it is free, or any free one. */
async function freePort(wanted = 0): Promise<number> {
  const port = await new Promise<number | undefined>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
  return port ?? freePort();
}
