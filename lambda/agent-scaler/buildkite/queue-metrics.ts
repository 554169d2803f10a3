import type { Metrics } from "../decision/model";

/** The metrics of one queue. */
export interface QueueMetrics {
  /** The organization's slug; empty: not in the response. */
  readonly organization: string;
  readonly metrics: Metrics & { readonly agentsBusy?: number };
}

/** Parses the response's body. Missing counts are 0; throws an error that names the field for anything else that is not a count. */
export function readMetrics(body: string, queue: string): QueueMetrics {
  const wrong = (what: string): never => {
    throw new Error(`Buildkite's answer for queue ${JSON.stringify(queue)} is not understood: ${what}`);
  };
  const answer = object(parsed(body, wrong), "it", wrong);
  const organization = object(answer["organization"] ?? {}, "organization", wrong);
  const agents = object(answer["agents"] ?? {}, "agents", wrong);
  // Not optional: without them the queue would look empty, and the group would be scaled in.
  const jobs = object(answer["jobs"], "jobs", wrong);
  const count = (fields: Fields, part: string, name: string): number | undefined => {
    const value = fields[name];
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    return wrong(`${part}.${name} is ${JSON.stringify(value).slice(0, 50)}, not a count`);
  };
  const [idle, busy] = [count(agents, "agents", "idle"), count(agents, "agents", "busy")];
  const slug = organization["slug"] ?? "";
  return {
    organization: typeof slug === "string" ? slug : wrong("organization.slug is no text"),
    metrics: {
      scheduled: count(jobs, "jobs", "scheduled") ?? 0,
      running: count(jobs, "jobs", "running") ?? 0,
      waiting: count(jobs, "jobs", "waiting") ?? 0,
      agentsTotal: count(agents, "agents", "total") ?? 0,
      ...(idle !== undefined && { agentsIdle: idle }),
      ...(busy !== undefined && { agentsBusy: busy }),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(body: string, wrong: (what: string) => never): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return wrong(`it is no JSON but ${JSON.stringify(body.slice(0, 50))}`);
  }
}

function object(value: unknown, name: string, wrong: (what: string) => never): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  return wrong(`${name} is ${(JSON.stringify(value) as string | undefined)?.slice(0, 50) ?? "missing"}, not an object`);
}
