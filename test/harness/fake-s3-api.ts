import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeS3, sha256 } from "./fake-s3";
import type { FakeBucket } from "./fake-s3";

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
  readonly s3 = new FakeS3();
  /** As "PUT /bucket/key", in order. */
  readonly requests: string[] = [];
  /** Decides in place of the store where it answers something. */
  fault: (request: string) => Fault | undefined = () => undefined;
  private readonly server: Server = createServer((request, response) => {
    this.serve(request, response).catch(() => response.destroy());
  });

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
    const answer = this.fault(line) ?? this.answer(request, path, Buffer.concat(chunks));
    if (answer === "silence") return;
    if (answer === "reset") request.socket.destroy();
    else if (answer === "stalled") response.writeHead(200, { "content-length": "10" }).write("begun");
    else response.writeHead(answer.status, answer.headers).end(request.method === "HEAD" ? undefined : answer.body);
  }

  private answer(request: IncomingMessage, path: string, body: Buffer): Answer {
    const [, name = "", ...rest] = path.split("/");
    const bucket = this.s3.buckets.get(name);
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
    if (bucket === undefined) return s3Error(404, "NoSuchBucket", "The specified bucket does not exist");
    if (bucket.region !== region)
      return s3Error(301, "PermanentRedirect", "Use another endpoint", { "x-amz-bucket-region": bucket.region });
    const key = rest.join("/");
    if (key === "") return { status: 200, body: "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>" };
    return request.method === "PUT" ? put(bucket, key, body, request) : get(bucket, key, request);
  }
}

function put({ objects }: FakeBucket, key: string, content: Buffer, { headers }: IncomingMessage): Answer {
  if (headers["if-none-match"] === "*" && objects.has(key)) return s3Error(412, "PreconditionFailed", "It is there");
  const checksum = headers["x-amz-checksum-sha256"] as string | undefined;
  if (checksum !== undefined && checksum !== sha256(content)) return s3Error(400, "BadDigest", "Another checksum");
  objects.set(key, { content, ...(checksum !== undefined && { checksum }) });
  return { status: 200 };
}

function get({ objects }: FakeBucket, key: string, { headers }: IncomingMessage): Answer {
  const found = objects.get(key);
  if (found === undefined) return s3Error(404, "NoSuchKey", "The specified key does not exist.");
  const asked = headers["x-amz-checksum-mode"] === "ENABLED" && found.checksum !== undefined;
  return { status: 200, headers: asked ? { "x-amz-checksum-sha256": found.checksum } : {}, body: found.content };
}
