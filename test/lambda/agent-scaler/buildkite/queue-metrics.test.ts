import { readMetrics } from "../../../../lambda/agent-scaler/buildkite/queue-metrics";

const ANSWER = {
  organization: { slug: "acme" },
  cluster: { name: "Default" },
  agents: { idle: 1, busy: 2, total: 3 },
  jobs: { scheduled: 4, running: 5, waiting: 6, total: 15 },
};

const read = (answer: unknown) => readMetrics(JSON.stringify(answer), "default");

test("a response is read in full", () => {
  expect(read(ANSWER)).toEqual({
    organization: "acme",
    metrics: { scheduled: 4, running: 5, waiting: 6, agentsTotal: 3, agentsIdle: 1, agentsBusy: 2 },
  });
});

const nothing = { organization: "", metrics: { scheduled: 0, running: 0, waiting: 0, agentsTotal: 0 } };
const incomplete = [
  { name: "only jobs", answer: { jobs: {} }, expected: nothing },
  { name: "parts that are null", answer: { organization: null, agents: null, jobs: {} }, expected: nothing },
  { name: "empty parts", answer: { organization: {}, agents: {}, jobs: {} }, expected: nothing },
  { name: "no name", answer: { organization: { slug: null }, jobs: {} }, expected: nothing },
];

test.each(incomplete)("$name: what is missing is 0, and idle agents stay unknown", ({ answer, expected }) => {
  expect(read(answer)).toEqual(expected);
});

const wrong = [
  { name: "text in place of JSON", body: "<html>", says: 'it is no JSON but "<html>"' },
  { name: "nothing", body: "", says: 'it is no JSON but ""' },
  { name: "JSON that was cut off", body: JSON.stringify(ANSWER).slice(0, 70), says: "it is no JSON but " },
  { name: "a list", body: "[]", says: "it is [], not an object" },
  { name: "null", body: "null", says: "it is null, not an object" },
  { name: "no jobs, which would look like an empty queue", answer: {}, says: "jobs is missing, not an object" },
  { name: "jobs that are null", answer: { jobs: null }, says: "jobs is null, not an object" },
  { name: "a count that is null", answer: { jobs: { scheduled: null } }, says: "jobs.scheduled is null, not a count" },
  { name: "jobs as a list", answer: { ...ANSWER, jobs: [1] }, says: "jobs is [1], not an object" },
  {
    name: "an organization that is text",
    answer: { ...ANSWER, organization: "acme" },
    says: 'organization is "acme", not an object',
  },
  {
    name: "an organization whose name is a number",
    answer: { organization: { slug: 7 }, jobs: {} },
    says: "organization.slug is no text",
  },
  { name: "a count that is text", answer: { jobs: { scheduled: "4" } }, says: 'jobs.scheduled is "4", not a count' },
  { name: "a count below 0", answer: { jobs: { running: -1 } }, says: "jobs.running is -1, not a count" },
  { name: "half a job", answer: { jobs: { waiting: 0.5 } }, says: "jobs.waiting is 0.5, not a count" },
  {
    name: "a count that no number holds",
    answer: { agents: { total: 1e300 }, jobs: {} },
    says: "agents.total is 1e+300, not a count",
  },
  {
    name: "a count that is true",
    answer: { agents: { idle: true }, jobs: {} },
    says: "agents.idle is true, not a count",
  },
];

test.each(wrong)("$name is refused, and the error says what and of which queue", ({ body, answer, says }) => {
  const attempt = () => readMetrics(body ?? JSON.stringify(answer), "my queue");
  expect(attempt).toThrow(`Buildkite's answer for queue "my queue" is not understood: ${says}`);
});

const LONG = "x".repeat(10_000);
const long = [
  { name: "text", body: LONG },
  { name: "a count", body: JSON.stringify({ jobs: { scheduled: LONG } }) },
  { name: "a part", body: JSON.stringify({ jobs: LONG }) },
];

test.each(long)("of $name that is long and wrong, the error shows the beginning only", ({ body }) => {
  expect(() => readMetrics(body, "default")).toThrow(/^.{1,200}$/);
});
