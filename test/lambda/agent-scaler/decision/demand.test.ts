import { demandOf } from "../../../../lambda/agent-scaler/decision/demand";
import { vectors } from "./vectors";
import type { Demand, DemandMemory, Metrics, Settings } from "../../../../lambda/agent-scaler/decision/model";

const MINUTE = 60;
const START = 1_700_000_000;
const POLL = 10;

const settings = (own: Partial<Settings> = {}): Settings => ({
  ...(vectors[0] as { params: Settings }).params,
  ...own,
});
const queue = (own: Partial<Metrics>): Metrics => ({
  scheduled: 0,
  running: 0,
  waiting: 0,
  agentsTotal: 0,
  agentsIdle: 0,
  ...own,
});

/** Polls the same queue every ten seconds and answers with the last demand. */
class Watch {
  now = START;
  private memory: DemandMemory = {};
  constructor(private readonly params: Settings = settings()) {}

  for(seconds: number, metrics: Metrics): Demand {
    let demand = this.poll(metrics);
    for (const end = this.now + seconds - POLL; this.now < end;) demand = this.poll(metrics);
    return demand;
  }

  private poll(metrics: Metrics): Demand {
    const demand = demandOf(this.params, metrics, this.memory, this.now);
    this.memory = demand.memory;
    this.now += POLL;
    return demand;
  }
}

test("a job that an idle agent does not take for a minute is stuck, and no instance is started for it", () => {
  const watch = new Watch();
  const beside = queue({ scheduled: 1, agentsTotal: 1, agentsIdle: 1 });
  expect(watch.for(MINUTE, beside)).toMatchObject({ need: 1, stuckJobs: 0 });
  expect(watch.for(2 * POLL, beside)).toMatchObject({ need: 0, stuckJobs: 1 });
});

test("a job that waits because every agent is busy is not stuck", () => {
  const busy = queue({ scheduled: 3, running: 2, agentsTotal: 2 });
  expect(new Watch().for(30 * MINUTE, busy)).toMatchObject({ need: 5, stuckJobs: 0 });
});

test("jobs that grow in number beside a busy fleet's agents between two jobs are not stuck", () => {
  const watch = new Watch();
  for (let scheduled = 10; scheduled < 30; scheduled++) {
    const busy = queue({ scheduled, running: 40, agentsTotal: 50, agentsIdle: 10 });
    expect(watch.for(POLL, busy)).toMatchObject({ need: scheduled + 40, stuckJobs: 0 });
  }
});

test("stuck jobs count again while the idle agents are only those between two jobs", () => {
  const watch = new Watch();
  watch.for(2 * MINUTE, queue({ scheduled: 20, agentsTotal: 1, agentsIdle: 1 }));
  const working = queue({ scheduled: 20, running: 8, agentsTotal: 10, agentsIdle: 2 });
  expect(watch.for(POLL, working)).toMatchObject({ need: 16, stuckJobs: 20 });
});

test("a stuck job stays stuck when the idle agents have gone", () => {
  const watch = new Watch();
  watch.for(2 * MINUTE, queue({ scheduled: 1, agentsTotal: 1, agentsIdle: 1 }));
  expect(watch.for(10 * MINUTE, queue({ scheduled: 1 }))).toMatchObject({ need: 0, stuckJobs: 1 });
});

test("jobs beside a stuck one count in full", () => {
  const watch = new Watch();
  watch.for(2 * MINUTE, queue({ scheduled: 1, agentsTotal: 1, agentsIdle: 1 }));
  const beside = queue({ scheduled: 6, running: 3, agentsTotal: 4, agentsIdle: 1 });
  expect(watch.for(POLL, beside)).toMatchObject({ need: 8, stuckJobs: 1 });
});

test("while no agent is idle, as many stuck jobs count as agents are busy", () => {
  const watch = new Watch();
  watch.for(2 * MINUTE, queue({ scheduled: 20, agentsTotal: 1, agentsIdle: 1 }));
  const working = queue({ scheduled: 20, running: 4, agentsTotal: 4 });
  expect(watch.for(POLL, working)).toMatchObject({ need: 8, stuckJobs: 20 });
});

test("where many jobs are stuck the queue may be paused, and one instance is started every ten minutes", () => {
  const watch = new Watch();
  const idle = queue({ scheduled: 20, agentsTotal: 1, agentsIdle: 1 });
  const alone = queue({ scheduled: 20 });
  for (let probe = 0; probe < 4; probe++) {
    watch.for(2 * MINUTE, idle);
    expect(watch.for(9 * MINUTE, alone).need).toBe(0);
    expect(watch.for(2 * MINUTE, alone).need).toBe(1);
  }
});

test("jobs that busy agents will have taken before an instance is up need no instance", () => {
  const watch = new Watch();
  // Two agents finish a job every ten seconds between them.
  for (let jobs = 60; jobs > 0; jobs--) watch.for(POLL, queue({ scheduled: jobs, running: 2, agentsTotal: 2 }));
  expect(watch.for(POLL, queue({ scheduled: 4, running: 2, agentsTotal: 2 })).need).toBe(4);
});

test("jobs that nobody takes for ninety seconds need instances, whatever the throughput was", () => {
  const watch = new Watch();
  for (let jobs = 60; jobs > 0; jobs--) watch.for(POLL, queue({ scheduled: jobs, running: 2, agentsTotal: 2 }));
  const standing = queue({ scheduled: 4, running: 2, agentsTotal: 2 });
  expect(watch.for(2 * MINUTE, standing).need).toBe(6);
});

test("a stuck job is tried again after 20 minutes, then after 40, with one instance", () => {
  const watch = new Watch();
  const idle = queue({ scheduled: 1, agentsTotal: 1, agentsIdle: 1 });
  const alone = queue({ scheduled: 1 });
  watch.for(2 * MINUTE, idle);
  expect(watch.for(19 * MINUTE, alone).need).toBe(0);
  expect(watch.for(2 * MINUTE, alone).need).toBe(1);
  expect(watch.for(2 * MINUTE, idle).need).toBe(0);
  expect(watch.for(38 * MINUTE, alone).need).toBe(0);
  expect(watch.for(3 * MINUTE, alone).need).toBe(1);
});

test("once a stuck job is taken, everything counts again", () => {
  const watch = new Watch();
  watch.for(2 * MINUTE, queue({ scheduled: 20, agentsTotal: 1, agentsIdle: 1 }));
  const moving = queue({ scheduled: 19, running: 1, agentsTotal: 1 });
  expect(watch.for(POLL, moving)).toMatchObject({ need: 20, stuckJobs: 0 });
});

test("no job is stuck where Buildkite does not report idle agents", () => {
  const withoutIdleCount = { scheduled: 2, running: 0, waiting: 0, agentsTotal: 2 };
  expect(new Watch().for(30 * MINUTE, withoutIdleCount)).toMatchObject({ need: 2, stuckJobs: 0 });
});

test("waiting jobs count when they are included, until they have waited for 8 minutes", () => {
  const watch = new Watch(settings({ includeWaiting: true }));
  const blocked = queue({ waiting: 5 });
  expect(watch.for(8 * MINUTE, blocked).need).toBe(5);
  expect(watch.for(MINUTE, blocked).need).toBe(0);
  expect(watch.for(POLL, queue({ waiting: 8, running: 1 })).need).toBe(3);
});

test("waiting jobs that come and go are no blocked builds", () => {
  const watch = new Watch(settings({ includeWaiting: true }));
  for (let hour = 0; hour < 3; hour++) {
    watch.for(6 * MINUTE, queue({ waiting: 5 }));
    watch.for(2 * MINUTE, queue({}));
  }
  expect(watch.for(POLL, queue({ waiting: 5 })).need).toBe(5);
});

test("a clock that was set back begins the watch anew", () => {
  const watch = new Watch(settings({ includeWaiting: true }));
  watch.for(30 * MINUTE, queue({ waiting: 5 }));
  watch.now -= 3600;
  expect(watch.for(POLL, queue({ waiting: 5 })).need).toBe(5);
});
