import { Cluster } from "../../../programs/demo/cluster";
import type { Job } from "../../../programs/demo/jobs";

/** Two agents to a host, a boot of three seconds, and five idle seconds before a host leaves. */
function cluster(...jobs: readonly Job[]): Cluster {
  return new Cluster(jobs, { agentsPerInstance: 2, bootSeconds: () => 3, idleSeconds: 5 });
}

const job = (arrives: number, seconds: number): Job => ({ arrives, seconds });

/** Every second from 0 to `end`, with these instances. */
function through(subject: Cluster, end: number, instances: readonly string[]): string[][] {
  return Array.from({ length: end + 1 }, (_, second) => subject.step(second, instances));
}

test("a job that arrives without a host waits", () => {
  const subject = cluster(job(2, 4));
  through(subject, 1, []);
  expect(subject.counts.scheduled).toBe(0);
  subject.step(2, []);
  expect(subject.counts).toMatchObject({ scheduled: 1, running: 0, agentsIdle: 0, agentsBusy: 0 });
});

test.each([
  { second: 2, counts: { booting: 1, ready: 0, agentsIdle: 0, agentsBusy: 0, scheduled: 3 } },
  { second: 3, counts: { booting: 0, ready: 1, agentsIdle: 0, agentsBusy: 2, scheduled: 1, running: 2 } },
  { second: 7, counts: { agentsBusy: 1, agentsIdle: 1, scheduled: 0, running: 1, done: 2 } },
  { second: 11, counts: { agentsBusy: 0, agentsIdle: 2, running: 0, done: 3 } },
])("three jobs on one host, as they are after $second s", ({ second, counts }) => {
  const subject = cluster(job(0, 4), job(0, 4), job(0, 4));
  through(subject, second, ["i-1"]);
  expect(subject.counts).toMatchObject(counts);
});

test("the oldest job runs first, and its wait is recorded", () => {
  const subject = cluster(job(2, 9), job(0, 9), job(1, 9));
  through(subject, 3, ["i-1"]);
  expect(subject.waits).toEqual([3, 2]);
});

test("a host leaves once, when all its agents were idle for long enough", () => {
  const leaving = through(cluster(job(3, 2), job(3, 4)), 14, ["i-1"]);
  // The longer job ends at 7.
  expect(leaving.flatMap((hosts, second) => hosts.map((host) => [second, host]))).toEqual([[12, "i-1"]]);
});

test("a host that never gets a job leaves too, counted from its agents' connection", () => {
  const leaving = through(cluster(), 10, ["i-1"]);
  expect(leaving.findIndex((hosts) => hosts.length > 0)).toBe(8);
});

test("a host that leaves takes no job any more", () => {
  const subject = cluster(job(9, 1));
  through(subject, 9, ["i-1"]);
  expect(subject.counts).toMatchObject({ scheduled: 1, ready: 0, agentsIdle: 0 });
});

test("jobs whose instance is terminated are lost", () => {
  const subject = cluster(job(0, 9), job(0, 9));
  through(subject, 4, ["i-1"]);
  subject.step(5, []);
  expect([subject.lost, subject.counts.done, subject.counts.ready]).toEqual([2, 0, 0]);
});

test("an instance that ended idle costs no job, and one that comes after it is another launch", () => {
  const subject = cluster();
  through(subject, 8, ["i-1"]);
  subject.step(9, ["i-2"]);
  expect([subject.lost, subject.launched, subject.counts.booting]).toEqual([0, 2, 1]);
});

test("it is finished when the last job is done, not before", () => {
  const subject = cluster(job(0, 2), job(6, 2));
  const silent = Array.from({ length: 10 }, (_, second) => {
    subject.step(second, ["i-1"]);
    return subject.isFinished;
  });
  expect(silent.indexOf(true)).toBe(8);
});
