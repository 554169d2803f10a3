import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How an answer travels. "dripping": a byte now and then, for longer than any client should wait. */
export type Delivery = "whole" | "hung" | "reset" | "cut off" | "dripping";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delivery?: Delivery;
}

export interface Request {
  readonly time: number;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const DRIP_MS = 100;

/** An HTTP server on a free port of this machine that can misbehave as a network does. */
export class LoopbackServer {
  private readonly server: Server;

  constructor(answer: (request: Request) => Answer | Promise<Answer>) {
    this.server = createServer((incoming, response) => {
      void read(incoming)
        .then(answer)
        .then((given) => deliver(given, response));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const time = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    time,
    method: incoming.method ?? "",
    url: new URL(incoming.url ?? "/", "http://loopback"),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

function deliver({ status, body, headers = {}, delivery = "whole" }: Answer, response: ServerResponse): void {
  if (delivery === "hung") return;
  if (delivery === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(status, { ...headers, "Content-Length": String(Buffer.byteLength(body)) });
  if (delivery === "whole") response.end(body);
  else if (delivery === "cut off") response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
  else drip(body, response);
}

function drip(body: string, response: ServerResponse): void {
  let sent = 0;
  const timer = setInterval(() => response.write(body.charAt(sent++)), DRIP_MS);
  response.once("close", () => clearInterval(timer));
}
