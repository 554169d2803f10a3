import { runCluster, type Snapshot, type RunSetup } from "../../../programs/demo/cluster-run";
import { Cluster, type Counts } from "../../../programs/demo/cluster";
import { FakeGroup } from "../../../programs/demo/fake-group";
import { demoJobs } from "../../../programs/demo/jobs";
import type { Poll } from "../../../programs/demo/poll-record";

const waves = [{ from: 1, to: 4, jobs: 12 }];

interface Scene extends RunSetup {
  readonly group: FakeGroup;
  readonly moments: Snapshot[];
  readonly waitedFor: number[];
}

/** A morning of twelve jobs with a scaler that asks for what the jobs need, or does what it is told. */
function scene(min = 0, scale?: (group: FakeGroup, counts: Counts) => readonly Poll[]): Scene {
  const cluster = new Cluster(demoJobs(1, waves), { agentsPerInstance: 2, bootSeconds: () => 3, idleSeconds: 4 });
  const group = new FakeGroup(min);
  const [moments, waitedFor]: [Snapshot[], number[]] = [[], []];
  let told: Counts | undefined;
  return {
    cluster,
    group,
    moments,
    waitedFor,
    publish: (counts) => (told = counts),
    scale: async () => Promise.resolve((scale ?? growing)(group, told!)),
    onSnapshot: (moment) => moments.push(moment),
    until: (second) => Promise.resolve(void waitedFor.push(second)),
  };
}

function poll(written: number | null, desired: number, need: number): Poll {
  const action = written === null ? "none" : "scale_out";
  return {
    decision: { action, reason: written === null ? "enough" : "jobs", need },
    vector: { asg: { desired } },
    written,
  };
}

function growing(group: FakeGroup, { scheduled, running }: Counts): Poll[] {
  const { desired } = group;
  const need = scheduled + running;
  const target = Math.max(desired, Math.ceil(need / 2));
  group.setDesired(target);
  return [poll(target === desired ? null : target, desired, need)];
}

const sizes = (moments: readonly Snapshot[]) => moments.map(({ group }) => group.inService.length);

test("the group scales out for the jobs, idle hosts terminate, and the run ends when nothing is left", async () => {
  const place = scene();
  const { snapshots, polls } = await runCluster(place);
  expect(place.cluster.counts).toMatchObject({ done: 12, scheduled: 0, running: 0 });
  expect(place.cluster.lost).toBe(0);
  expect(Math.max(...sizes(snapshots))).toBe(6);
  expect(sizes(snapshots).slice(-4)).toEqual([0, 0, 0, 0]);
  expect(polls).toHaveLength(snapshots.length);
  expect(place.moments).toEqual(snapshots);
});

test("it takes one step a second, each after the wait for it", async () => {
  const place = scene();
  const { snapshots } = await runCluster(place);
  expect(snapshots.map(({ time }) => time)).toEqual(place.waitedFor);
  expect(place.waitedFor.slice(0, 3)).toEqual([0, 1, 2]);
});

test("each snapshot has the group after the scaler's decision, and the decision in words", async () => {
  const { snapshots } = await runCluster(scene());
  const first = snapshots.find(({ scaler }) => scaler.startsWith("grow"));
  expect(first?.scaler).toBe(`grow 0 to ${first?.group.desired}: ${first?.counts.scheduled} jobs`);
});

test("the run ends with the group at a minimum above zero", async () => {
  const always = scene(2, (group, counts) => {
    group.setDesired(Math.max(2, group.desired));
    return growing(group, counts);
  });
  const { snapshots } = await runCluster(always);
  expect(sizes(snapshots).at(-1)).toBe(2);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no token");
    },
    "no token",
  ],
  ["says nothing", () => [], "it wrote no line about a poll"],
] as const)("a scaler that %s ends the run, and its last moment tells why", async (_, scale, reason) => {
  const place = scene(0, scale);
  await expect(runCluster(place)).rejects.toThrow(new Error(`AgentScaler failed after 0 s at work: ${reason}`));
  expect(place.moments.map(({ scaler }) => scaler)).toEqual([`failed: ${reason}`]);
});

test("after a failure no instance is left that would prevent the group's destruction", async () => {
  const place = scene(0, (group, counts) => {
    if (group.instances.length > 3) throw new Error("no token");
    return growing(group, counts);
  });
  await expect(runCluster(place)).rejects.toThrow("no token");
  expect(place.moments.at(-1)?.group.inService.length).toBeGreaterThan(3);
  expect(place.group.instances).toEqual([]);
});

test("jobs that the group is not scaled out for end the run after two minutes, with what is left", async () => {
  const place = scene(0, ({ desired }) => [poll(null, desired, 12)]);
  await expect(runCluster(place)).rejects.toThrow(
    "The cluster did not come to rest within 120 s. Jobs waiting: 12, running: 0; instances: 0, desired: 0, minimum: 0.",
  );
});

test("an interruption of the wait ends the run", async () => {
  const interrupted = () => Promise.reject(new Error("interrupted"));
  await expect(runCluster({ ...scene(), until: interrupted })).rejects.toThrow("interrupted");
});
