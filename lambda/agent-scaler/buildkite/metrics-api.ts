import * as http from "node:http";
import * as https from "node:https";
import { readMetrics, type QueueMetrics } from "./queue-metrics";

export interface MetricsResponse extends QueueMetrics {
  /** Seconds that Buildkite asks us to leave between two polls, as it wrote them. */
  readonly pollDuration: string | undefined;
}

/** Buildkite's agent API. */
export interface Buildkite {
  metrics(queue: string, token: string): Promise<MetricsResponse>;
}

/** A failed request to Buildkite. Its message is for the log. */
export class BuildkiteError extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined: no response. */
    readonly status?: number,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

export interface Timeouts {
  readonly connectMs: number;
  readonly totalMs: number;
}

interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const USER_AGENT = "cdktf-buildkite-elastic-ci-stack-agent-scaler";
const MAX_BODY_BYTES = 1_000_000;
const BROKEN_CONNECTION = ["ECONNRESET", "EPIPE", "ECONNREFUSED"];

/** Without fetch, which closes an idle connection after four seconds: polls are further apart, and each would open a new one. */
export function buildkite(endpoint: string, timeouts: Timeouts = { connectMs: 2000, totalMs: 5000 }): Buildkite {
  const client = endpoint.startsWith("https:") ? https : http;
  const agent = new client.Agent({ keepAlive: true });
  const send = (url: URL, token: string): Promise<HttpResponse> => request(client, agent, url, token, timeouts);
  return {
    async metrics(queue, token) {
      const url = metricsUrl(endpoint, queue);
      const response = await send(url, token)
        .catch((error: unknown) => {
          // Buildkite may have closed the idle connection in the meantime: retry once.
          if (BROKEN_CONNECTION.includes((error as NodeJS.ErrnoException).code ?? "")) return send(url, token);
          throw error;
        })
        .catch((error: unknown) => {
          throw error instanceof BuildkiteError
            ? error
            : new BuildkiteError(`${url.host} cannot be reached: ${reason(error)}`);
        });
      if (response.status !== 200) throw refusal(response, url, queue);
      const { organization, metrics } = readMetrics(response.body, queue);
      const pollDuration = response.headers["buildkite-agent-metrics-poll-duration"]?.toString();
      return {
        organization,
        metrics: { ...metrics, ageSeconds: Number(response.headers.age ?? 0) || 0 },
        pollDuration,
      };
    },
  };
}

export function metricsUrl(endpoint: string, queue: string): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/metrics/queue`;
  url.search = new URLSearchParams({ name: queue }).toString();
  return url;
}

function request(
  client: typeof http | typeof https,
  agent: http.Agent,
  url: URL,
  token: string,
  { connectMs, totalMs }: Timeouts,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Token ${token}`, "User-Agent": USER_AGENT, Accept: "application/json" };
    const outgoing = client.get(url, { agent, headers });
    const giveUp = (what: string, ms: number) =>
      setTimeout(() => outgoing.destroy(new BuildkiteError(`${url.host} ${what} within ${String(ms / 1000)} s`)), ms);
    const connecting = giveUp("took no connection", connectMs);
    const answering = giveUp("gave no whole answer", totalMs);
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) clearTimeout(connecting);
      else socket.once(client === https ? "secureConnect" : "connect", () => clearTimeout(connecting));
    });
    outgoing.on("close", () => {
      clearTimeout(connecting);
      clearTimeout(answering);
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BODY_BYTES) outgoing.destroy(new BuildkiteError(`${url.host} gave an answer without end`));
        chunks.push(chunk);
      });
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
  });
}

function refusal({ status, headers }: HttpResponse, url: URL, queue: string): BuildkiteError {
  const said = `${url.host} answered ${String(status)} for queue ${JSON.stringify(queue)}`;
  const advice = ADVICE[status] ?? (status >= 500 ? "it has trouble of its own; the next poll tries again" : undefined);
  const moved =
    headers.location === undefined ? "" : ` and points to ${headers.location}: set BUILDKITE_AGENT_ENDPOINT`;
  const message = `${said}${moved}${advice === undefined ? "" : `: ${advice}`}`;
  return new BuildkiteError(message, status, retryAfter(headers["retry-after"]));
}

const ADVICE: Readonly<Record<number, string>> = {
  401: "the agent token is not valid; put a valid one into the token's parameter",
  403: "the agent token may not read metrics; use a token of this queue's cluster",
  404: "check BUILDKITE_AGENT_ENDPOINT and that the queue exists in the token's cluster",
  429: "too many requests; polls pause",
};

/** Seconds to wait, of a header with seconds or an HTTP date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : undefined;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_INVALID_CHAR")
    return "the agent token has a character that no header can hold, such as a line break";
  return code ?? message;
}
