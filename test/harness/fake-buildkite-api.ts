import { FaultPlan, spoil } from "./fault-plan";
import { LoopbackServer } from "./loopback-server";
import type { Answer, Request } from "./loopback-server";

export interface QueueNumbers {
  idle: number;
  busy: number;
  scheduled: number;
  running: number;
  waiting: number;
}

const NOTHING: QueueNumbers = { idle: 0, busy: 0, scheduled: 0, running: 0, waiting: 0 };
const PATH = "/v3/metrics/queue";

/** The part of Buildkite's agent API that tells how much a queue has to do, over HTTP. */
export class FakeBuildkiteApi {
  readonly queues = new Map<string, QueueNumbers>();
  readonly requests: Request[] = [];
  /** The subject of a fault is the name of a queue. */
  readonly faults = new FaultPlan();
  token = "agent-token";
  organization = "acme";
  /** undefined: a token outside of clusters. */
  cluster: string | undefined;
  /** Seconds between two polls that the API asks for. */
  pollDuration: string | undefined;
  private readonly server = new LoopbackServer((request) => {
    this.requests.push(request);
    return spoil(this.answer(request), this.faults.next(request.url.searchParams.get("name") ?? ""));
  });

  /** The endpoint, as BUILDKITE_AGENT_ENDPOINT names it. */
  async start(): Promise<string> {
    return `${await this.server.start()}/v3`;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  queue(name: string, numbers: Partial<QueueNumbers>): QueueNumbers {
    const queue = { ...NOTHING, ...numbers };
    this.queues.set(name, queue);
    return queue;
  }

  private answer({ method, url, headers }: Request): Answer {
    if (method !== "GET" || url.pathname !== PATH) return json(404, { message: "Not Found" });
    if (headers.authorization !== `Token ${this.token}`) return json(401, { message: "Invalid access token" });
    const { idle, busy, ...jobs } = this.queues.get(url.searchParams.get("name") ?? "") ?? NOTHING;
    const body = {
      organization: { slug: this.organization },
      ...(this.cluster === undefined ? {} : { cluster: { name: this.cluster } }),
      agents: { idle, busy, total: idle + busy },
      jobs: { ...jobs, total: jobs.scheduled + jobs.running + jobs.waiting },
    };
    const poll = this.pollDuration;
    return json(200, body, poll === undefined ? {} : { "Buildkite-Agent-Metrics-Poll-Duration": poll });
  }
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } };
}
