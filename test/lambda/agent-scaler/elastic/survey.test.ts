import fc from "fast-check";
import {
  danglingInstances,
  instancesToStop,
  nextWindow,
  readReport,
  candidatesAfter,
  type Report,
  type DanglingCandidates,
  type StopTimes,
} from "../../../../lambda/agent-scaler/elastic/survey";

const line = (state: string, jobs: number | string = 0) => `buildkite-agent state=${state} jobs=${String(jobs)}`;

const states = [
  { state: "active", agent: "active" },
  { state: "activating", agent: "starting" },
  { state: "reloading", agent: "starting" },
  { state: "deactivating", agent: "draining" },
  { state: "inactive", agent: "stopped" },
  { state: "failed", agent: "stopped" },
];

test.each(states)("an agent in state $state is $agent, with each system's line ends", ({ state, agent }) => {
  for (const end of ["", "\n", "\r\n"]) expect(readReport(line(state, 12) + end)).toEqual({ agent, jobs: 12 });
});

const inconclusive = [
  { name: "nothing", output: "" },
  { name: "a state that nobody knows", output: line("maintenance") },
  { name: "a property of every object as the state", output: line("constructor") },
  { name: "no state", output: line("") },
  { name: "no number of jobs", output: line("inactive", "") },
  { name: "a negative number of jobs", output: line("inactive", -1) },
  { name: "the words of Buildkite's probe", output: "NOT_RUNNING: inactive" },
  { name: "an error behind the line", output: `${line("inactive")}\n----------ERROR-------\npgrep: not found` },
  { name: "a warning before the line", output: `systemctl: warning\n${line("inactive")}` },
  { name: "two lines", output: `${line("inactive")}\n${line("inactive")}\n` },
  { name: "more in the line", output: `${line("inactive")} jobs=0` },
  { name: "capital letters", output: line("INACTIVE") },
];

test.each(inconclusive)("$name says nothing about the agent", ({ output }) => {
  expect(readReport(output)).toBeUndefined();
});

const report = (agent: Report["agent"], jobs = 0): Report => ({ agent, jobs });
const reports = (entries: Readonly<Record<string, Report>>) => new Map(Object.entries(entries));
const stoppedSince = (since: number) => ({ agent: "stopped" as const, since });
const drainingSince = (since: number) => ({ agent: "draining" as const, since });

describe("candidates for dangling instances", () => {
  const histories: { name: string; before: DanglingCandidates; seen: Report | undefined; after: DanglingCandidates }[] =
    [
      { name: "begin with the first stop", before: {}, seen: report("stopped"), after: { a: stoppedSince(100) } },
      { name: "begin with a drain", before: {}, seen: report("draining"), after: { a: drainingSince(100) } },
      {
        name: "keep their time",
        before: { a: stoppedSince(5) },
        seen: report("stopped"),
        after: { a: stoppedSince(5) },
      },
      {
        name: "begin anew when a drain has ended",
        before: { a: drainingSince(5) },
        seen: report("stopped"),
        after: { a: stoppedSince(100) },
      },
      { name: "end with an agent that works", before: { a: stoppedSince(5) }, seen: report("active"), after: {} },
      { name: "end with an agent that starts", before: { a: stoppedSince(5) }, seen: report("starting"), after: {} },
      { name: "end with a job", before: { a: drainingSince(5) }, seen: report("draining", 1), after: {} },
      { name: "stay without a report", before: { a: stoppedSince(5) }, seen: undefined, after: { a: stoppedSince(5) } },
    ];

  test.each(histories)("$name", ({ before, seen, after }) => {
    expect(candidatesAfter(before, reports(seen ? { a: seen } : {}), 100)).toEqual(after);
  });
});

describe("dangling instances", () => {
  const AT = 10_000;
  const agents = { total: 0, perInstance: 1, instances: 2 };
  const rows = [
    { name: "stopped for two polls", known: stoppedSince(AT - 120), seen: report("stopped"), dangling: true },
    { name: "stopped for less", known: stoppedSince(AT - 119), seen: report("stopped"), dangling: false },
    { name: "stopped, without a report now", known: stoppedSince(AT - 9000), seen: undefined, dangling: false },
    { name: "draining for an hour", known: drainingSince(AT - 3600), seen: report("draining"), dangling: true },
    { name: "draining for less", known: drainingSince(AT - 3599), seen: report("draining"), dangling: false },
    { name: "not suspected", known: undefined, seen: report("active"), dangling: false },
  ];

  test.each(rows)("an instance is dangling when its agent is $name: $dangling", ({ known, seen, dangling }) => {
    const found = danglingInstances(known ? { a: known } : {}, reports(seen ? { a: seen } : {}), AT, agents);
    expect(found).toEqual(dangling ? ["a"] : []);
  });

  const counts = [
    { total: 6, perInstance: 2, instances: 5, dangling: true },
    { total: 7, perInstance: 2, instances: 5, dangling: false },
    { total: 4, perInstance: 0, instances: 5, dangling: false },
    { total: 3, perInstance: 0, instances: 5, dangling: true },
  ];

  test.each(counts)(
    "with two stopped of $instances instances and $total agents, $perInstance each, they are dangling: $dangling",
    ({ dangling, ...agentCounts }) => {
      const known = { a: stoppedSince(0), b: stoppedSince(0) };
      const seen = reports({ a: report("stopped"), b: report("stopped") });
      expect(danglingInstances(known, seen, AT, agentCounts)).toEqual(dangling ? ["a", "b"] : []);
    },
  );

  test("an agent that drains may still be connected, so that its count proves nothing", () => {
    const seen = reports({ a: report("draining") });
    const counted = { total: 2, perInstance: 1, instances: 2 };
    expect(danglingInstances({ a: drainingSince(0) }, seen, AT, counted)).toEqual(["a"]);
  });
});

describe("instances to stop", () => {
  const NOW = 10_000;
  const instance = (id: string, ageSeconds: number) => ({ id, lifecycleState: "InService", ageSeconds });
  const instances = [instance("young", 10), instance("old", 30), instance("middle", 20)];
  const idle = reports({ young: report("active"), old: report("active"), middle: report("active") });

  test("are the oldest idle ones, as many as asked for", () => {
    expect(instancesToStop(2, instances, idle, {}, NOW)).toEqual(["old", "middle"]);
    expect(instancesToStop(0, instances, idle, {}, NOW)).toEqual([]);
    expect(instancesToStop(9, instances, idle, {}, NOW)).toEqual(["old", "middle", "young"]);
  });

  const unfit = [
    { name: "runs a job", seen: report("active", 1) },
    { name: "is starting", seen: report("starting") },
    { name: "did not answer", seen: undefined },
  ];

  test.each(unfit)("are never one that $name", ({ seen }) => {
    const others = [...idle].filter(([id]) => id !== "old");
    const changed = new Map(seen ? [...others, ["old", seen] as const] : others);
    expect(instancesToStop(1, instances, changed, {}, NOW)).toEqual(["middle"]);
  });

  const leaving: { name: string; seen: Report | undefined; stopTimes: StopTimes }[] = [
    { name: "drains", seen: report("draining"), stopTimes: {} },
    { name: "drains with a job", seen: report("draining", 1), stopTimes: {} },
    { name: "has stopped", seen: report("stopped"), stopTimes: {} },
    { name: "was sent the stop script and gives no report", seen: undefined, stopTimes: { old: NOW - 60 } },
  ];

  test.each(leaving)("are fewer by one that $name, since it stops anyway", ({ seen, stopTimes }) => {
    const others = [...idle].filter(([id]) => id !== "old");
    const changed = new Map(seen ? [...others, ["old", seen] as const] : others);
    expect(instancesToStop(1, instances, changed, stopTimes, NOW)).toEqual([]);
    expect(instancesToStop(2, instances, changed, stopTimes, NOW)).toEqual(["middle"]);
  });

  test("are stopped again only after a quarter of an hour", () => {
    expect(instancesToStop(1, instances, idle, { old: NOW - 899 }, NOW)).toEqual(["middle"]);
    expect(instancesToStop(1, instances, idle, { old: NOW - 900 }, NOW)).toEqual(["old"]);
  });

  test("are idle, in service, not stopped lately and never more than asked for, whatever the instances say", () => {
    const seen = fc.option(
      fc.record({
        agent: fc.constantFrom<Report["agent"][]>("active", "starting", "draining", "stopped"),
        jobs: fc.nat(2),
      }),
    );
    const one = fc.record({ seen, stoppedAt: fc.option(fc.nat(NOW)), ageSeconds: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(12), (group, stop) => {
        const named = group.map((each, index) => ({ ...each, ...instance(`i-${String(index)}`, each.ageSeconds) }));
        const answers = new Map(named.flatMap((each) => (each.seen ? [[each.id, each.seen] as const] : [])));
        const stopTimes = Object.fromEntries(
          named.flatMap((each) => (each.stoppedAt === null ? [] : [[each.id, each.stoppedAt]])),
        );
        const chosen = instancesToStop(stop, named, answers, stopTimes, NOW);
        const gone = named.filter(({ seen: state }) => state?.agent === "draining" || state?.agent === "stopped");
        expect(chosen.length).toBeLessThanOrEqual(Math.max(stop - gone.length, 0));
        for (const id of chosen) {
          expect(answers.get(id)).toEqual(report("active"));
          expect(NOW - (stopTimes[id] ?? -900)).toBeGreaterThanOrEqual(900);
        }
      }),
    );
  });
});

describe("the window of instances to look at", () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${String(index).padStart(3, "0")}`);

  const windows = [
    { name: "begins with the first", total: 20, after: "", size: 5, from: 0, length: 5 },
    { name: "goes on behind the last", total: 20, after: "i-004", size: 5, from: 5, length: 5 },
    { name: "runs on over the end", total: 7, after: "i-002", size: 5, from: 3, length: 5 },
    { name: "goes on where the last one has left the group", total: 7, after: "i-0025", size: 2, from: 3, length: 2 },
    { name: "holds each instance once", total: 2, after: "", size: 3, from: 0, length: 2 },
    { name: "holds all where no limit is set", total: 7, after: "i-003", size: 0, from: 0, length: 7 },
    { name: "holds all for a negative limit", total: 7, after: "i-003", size: -1, from: 0, length: 7 },
    { name: "of an empty group is empty", total: 0, after: "i-003", size: 5, from: 0, length: 0 },
  ];

  test.each(windows)("$name", ({ total, after, size, from, length }) => {
    const expected = Array.from({ length }, (_, index) => ids(total)[(from + index) % total]);
    expect(nextWindow(ids(total).reverse(), after, size)).toEqual(expected);
  });

  test("has seen every instance that stayed after one round, whoever came and went meanwhile", () => {
    const change = fc.record({ come: fc.nat(999), go: fc.nat(999) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(change),
        (count, size, changes) => {
          const stayed = ids(count);
          const guests = new Set<string>();
          const seen = new Set<string>();
          let cursor = "";
          let visits = 0;
          for (let round = 0; visits < count + changes.length; round++) {
            const { come = 0, go = 0 } = changes[round] ?? {};
            if (changes[round]) guests.add(`i-${String(come).padStart(3, "0")}g`);
            guests.delete(`i-${String(go).padStart(3, "0")}g`);
            const window = nextWindow([...stayed, ...guests], cursor, size);
            window.forEach((id) => seen.add(id));
            visits += window.length;
            cursor = window.at(-1) ?? cursor;
          }
          expect(stayed.filter((id) => !seen.has(id))).toEqual([]);
        },
      ),
    );
  });
});
