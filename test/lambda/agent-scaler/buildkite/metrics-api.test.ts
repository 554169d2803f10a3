import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import { buildkite, BuildkiteError, retryAfter } from "../../../../lambda/agent-scaler/buildkite/metrics-api";
import { type Answer, LoopbackServer, type Request } from "../../../harness/loopback-server";

/** Long enough for a busy machine; where time shall run out, SHORT. */
const PATIENT = { connectMs: 10_000, totalMs: 20_000 };
const SHORT = { connectMs: 150, totalMs: 300 };
const RIGHT: Answer = {
  status: 200,
  body: JSON.stringify({ organization: { slug: "acme" }, agents: { total: 3 }, jobs: { scheduled: 4 } }),
};
const TOKEN = "bkct_secret";

let server: LoopbackServer;
let endpoint: string;
let requests: Request[];
/** The last one is given again and again. */
let answers: Answer[];

beforeEach(async () => {
  requests = [];
  answers = [RIGHT];
  server = new LoopbackServer((request) => {
    requests.push(request);
    return answers.length > 1 ? answers.shift()! : answers[0]!;
  });
  endpoint = `${await server.start()}/v3`;
});

afterEach(() => server.stop());

const ask = (queue = "default", timeouts = PATIENT) => buildkite(endpoint, timeouts).metrics(queue, TOKEN);

/** The error that the request ends in. */
async function failure(asked: Promise<unknown> = ask()): Promise<BuildkiteError> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BuildkiteError);
  return error as BuildkiteError;
}

const hostOf = (address: string) => new URL(address).host;

test("one GET with the token, the queue and a name of its own", async () => {
  await ask("a b&c/ü");
  expect(requests.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual([
    "GET /v3/metrics/queue?name=a+b%26c%2F%C3%BC",
  ]);
  const { authorization, "user-agent": name } = requests[0]!.headers;
  expect(authorization).toBe(`Token ${TOKEN}`);
  expect(name).toMatch(/elastic-ci-stack/);
  // Buildkite recognises its own scaler by this name.
  expect(name).not.toMatch(/^buildkite-agent-scaler/);
});

test("the response is read, with the poll interval that Buildkite asks for", async () => {
  answers = [{ ...RIGHT, headers: { "Buildkite-Agent-Metrics-Poll-Duration": "30" } }];
  expect(await ask()).toEqual({
    organization: "acme",
    pollDuration: "30",
    metrics: { scheduled: 4, running: 0, waiting: 0, agentsTotal: 3, ageSeconds: 0 },
  });
  answers = [RIGHT];
  expect((await ask()).pollDuration).toBeUndefined();
});

const ages = [
  { header: "125", seconds: 125 },
  { header: "long", seconds: 0 },
];

test.each(ages)("a response with Age: $header is $seconds s old", async ({ header, seconds }) => {
  answers = [{ ...RIGHT, headers: { Age: header } }];
  expect((await ask()).metrics.ageSeconds).toBe(seconds);
});

test("a response that is cut off in transit is an error", async () => {
  const body = RIGHT.body.slice(0, 60);
  answers = [{ ...RIGHT, body }];
  await expect(ask()).rejects.toThrow('Buildkite\'s answer for queue "default" is not understood');
});

const statuses = [
  { status: 401, says: ": the agent token is not valid; put a valid one into the token's parameter" },
  { status: 403, says: ": the agent token may not read metrics; use a token of this queue's cluster" },
  { status: 404, says: ": check BUILDKITE_AGENT_ENDPOINT and that the queue exists in the token's cluster" },
  { status: 429, says: ": too many requests; polls pause" },
  { status: 500, says: ": it has trouble of its own; the next poll tries again" },
  { status: 503, says: ": it has trouble of its own; the next poll tries again" },
  { status: 418, says: "" },
  { status: 201, says: "" },
];

test.each(statuses)(
  "status $status is an error that says what to do, and is not tried again",
  async ({ status, says }) => {
    answers = [{ ...RIGHT, status }];
    const error = await failure(ask("my queue"));
    expect(error.message).toBe(`${hostOf(endpoint)} answered ${String(status)} for queue "my queue"${says}`);
    expect(error.status).toBe(status);
    expect(requests).toHaveLength(1);
  },
);

test.each([301, 302, 307, 308])("redirect %d is not followed, so that nobody else gets the token", async (status) => {
  answers = [{ status, body: "", headers: { Location: `${endpoint}/elsewhere` } }];
  const error = await failure();
  expect(error.message).toMatch(/ answered \d+ .* and points to .*\/v3\/elsewhere: set BUILDKITE_AGENT_ENDPOINT$/);
  expect(requests).toHaveLength(1);
});

test("Retry-After is in the error", async () => {
  answers = [{ status: 429, body: "", headers: { "Retry-After": "17" } }];
  expect((await failure()).retryAfterSeconds).toBe(17);
});

const NOW = Date.parse("2026-01-02T03:04:05Z");
const retries = [
  { header: undefined, seconds: undefined },
  { header: "0", seconds: 0 },
  { header: "120", seconds: 120 },
  { header: "Fri, 02 Jan 2026 03:05:05 GMT", seconds: 60 },
  { header: "Fri, 02 Jan 2026 03:00:00 GMT", seconds: 0 },
  { header: "soon", seconds: undefined },
  { header: "", seconds: undefined },
];

test.each(retries)("Retry-After: $header is a pause of $seconds s", ({ header, seconds }) => {
  expect(retryAfter(header, NOW)).toBe(seconds);
});

const slow = [
  { name: "no answer", delivery: "hung" },
  { name: "an answer that drips", delivery: "dripping" },
] as const;

test.each(slow)("$name is given up after the total time and not tried again", async ({ delivery }) => {
  answers = [{ ...RIGHT, delivery }];
  const error = await failure(ask("default", SHORT));
  expect(error.message).toBe(`${hostOf(endpoint)} gave no whole answer within 0.3 s`);
  expect(error.status).toBeUndefined();
  expect(requests).toHaveLength(1);
});

test("a response without end is given up", async () => {
  answers = [{ status: 200, body: "x".repeat(1_100_000) }];
  expect((await failure()).message).toBe(`${hostOf(endpoint)} gave an answer without end`);
});

test("a large response is read to its end, even where a chunk ends inside a character", async () => {
  const slug = "€".repeat(300_000);
  answers = [{ status: 200, body: JSON.stringify({ organization: { slug }, jobs: {} }) }];
  expect((await ask()).organization === slug).toBe(true);
});

const broken = ["reset", "cut off"] as const;

test.each(broken)("after a connection that breaks (%s) the request is sent once more", async (delivery) => {
  answers = [{ ...RIGHT, delivery }, RIGHT];
  expect((await ask()).metrics.scheduled).toBe(4);
  expect(requests).toHaveLength(2);
});

test.each(broken)("a second connection that breaks (%s) is an error", async (delivery) => {
  answers = [{ ...RIGHT, delivery }];
  const error = await failure();
  expect(error.message).toBe(`${hostOf(endpoint)} cannot be reached: ECONNRESET`);
  expect(error.status).toBeUndefined();
  expect(requests).toHaveLength(2);
});

test("a host that cannot be reached is an error that says so", async () => {
  const closed = new LoopbackServer(() => RIGHT);
  const address = await closed.start();
  await closed.stop();
  const error = await failure(buildkite(address, PATIENT).metrics("default", TOKEN));
  expect(error.message).toBe(`${hostOf(address)} cannot be reached: ECONNREFUSED`);
});

test("a token that no header can hold is named as the reason, and not shown", async () => {
  const error = await failure(buildkite(endpoint, PATIENT).metrics("default", "bkct_secret\nmore"));
  expect(error.message).toMatch(/token/);
  expect(error.message).not.toMatch(/bkct_secret/);
  expect(requests).toHaveLength(0);
});

test("no error shows the token", async () => {
  const deliveries: Partial<Answer>[] = [{ status: 401 }, { status: 500 }, { delivery: "reset" }, { delivery: "hung" }];
  for (const wrong of deliveries) {
    answers = [{ ...RIGHT, body: TOKEN, ...wrong }];
    expect(inspect(await failure(ask("default", SHORT)))).not.toContain(TOKEN);
  }
});

describe("connections", () => {
  let tcp: Server | HttpServer | undefined;
  const sockets = new Set<Socket>();

  /** Counts connections. */
  async function listen(other: Server | HttpServer): Promise<string> {
    tcp = other;
    other.on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${String((other.address() as AddressInfo).port)}`;
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => tcp?.close(resolve));
  });

  test("one connection serves poll after poll", async () => {
    const host = await listen(createHttpServer((_, response) => response.end(RIGHT.body)));
    const api = buildkite(`http://${host}/v3`, PATIENT);
    for (let poll = 0; poll < 5; poll += 1) await api.metrics("default", TOKEN);
    expect(sockets.size).toBe(1);
  });

  test("an idle connection that Buildkite has closed in the meantime costs no poll", async () => {
    const host = await listen(createHttpServer((_, response) => response.end(RIGHT.body)));
    const api = buildkite(`http://${host}/v3`, PATIENT);
    await api.metrics("default", TOKEN);
    for (const socket of sockets) socket.resetAndDestroy();
    expect((await api.metrics("default", TOKEN)).metrics.scheduled).toBe(4);
    expect(sockets.size).toBe(2);
  });

  test("a connection that is not established is given up early", async () => {
    // Takes the connection and never says a word of TLS.
    const host = await listen(createServer());
    const error = await failure(buildkite(`https://${host}/v3`, SHORT).metrics("default", TOKEN));
    expect(error.message).toBe(`${host} took no connection within 0.15 s`);
  });
});
