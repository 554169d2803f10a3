import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64");
}

interface FakeBucket {
  readonly region: string;
  /** Contents by key. */
  readonly objects: Map<string, Uint8Array>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Says nothing, breaks the line, or begins an answer that never ends. */
export type Fault = Answer | "silence" | "reset" | "stalled";

/** S3's own way to say an error. */
export function s3Error(status: number, code: string, message = "", headers: Record<string, string> = {}): Answer {
  return { status, headers, body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

/** S3 over HTTP, in front of the fake: buckets by path, the region out of the signature. */
export class FakeS3Api {
  readonly buckets = new Map<string, FakeBucket>();
  /** As "PUT /bucket/key", in order. */
  readonly requests: string[] = [];
  /** Decides in place of the store where it answers something. */
  fault: (request: string) => Fault | undefined = () => undefined;
  /** What becomes of an upload on its way. */
  arrives: (body: Buffer) => Buffer = (body) => body;
  private readonly server: Server = createServer((request, response) => {
    this.serve(request, response).catch(() => response.destroy());
  });

  add(name: string, region: string): Map<string, Uint8Array> {
    const objects = new Map<string, Uint8Array>();
    this.buckets.set(name, { region, objects });
    return objects;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = new URL(request.url ?? "/", "http://fake").pathname;
    const line = `${request.method ?? ""} ${path}`;
    this.requests.push(line);
    const answer = this.fault(line) ?? this.answer(request, path, this.arrives(Buffer.concat(chunks)));
    if (answer === "silence") return;
    if (answer === "reset") request.socket.destroy();
    else if (answer === "stalled") response.writeHead(200, { "content-length": "10" }).write("begun");
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private answer(request: IncomingMessage, path: string, body: Buffer): Answer {
    const [, name = "", ...rest] = path.split("/");
    const bucket = this.buckets.get(name);
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
    if (bucket === undefined) return s3Error(404, "NoSuchBucket", "The specified bucket does not exist");
    if (bucket.region !== region)
      return s3Error(301, "PermanentRedirect", "Use another endpoint", { "x-amz-bucket-region": bucket.region });
    const key = rest.join("/");
    return request.method === "PUT" ? put(bucket, key, body, request) : get(bucket, key);
  }
}

function put({ objects }: FakeBucket, key: string, content: Buffer, { headers }: IncomingMessage): Answer {
  if (headers["if-none-match"] === "*" && objects.has(key)) return s3Error(412, "PreconditionFailed", "It is there");
  if (headers["x-amz-checksum-sha256"] !== sha256(content)) return s3Error(400, "BadDigest", "Another checksum");
  objects.set(key, content);
  return { status: 200 };
}

function get({ objects }: FakeBucket, key: string): Answer {
  const body = objects.get(key);
  return body === undefined ? s3Error(404, "NoSuchKey", "The specified key does not exist.") : { status: 200, body };
}
