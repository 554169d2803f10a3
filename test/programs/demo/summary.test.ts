import { runCluster } from "../../../programs/demo/cluster-run";
import { Cluster } from "../../../programs/demo/cluster";
import { FakeGroup } from "../../../programs/demo/fake-group";
import { picture, summary } from "../../../programs/demo/summary";

/** Three jobs on two hosts that are asked for at once. */
async function finished() {
  const job = { arrives: 0, seconds: 4 };
  const times = { agentsPerInstance: 1, bootSeconds: () => 2, idleSeconds: 2 };
  const cluster = new Cluster([job, job, job], times);
  const group = new FakeGroup();
  let polls = 0;
  const run = await runCluster({
    cluster,
    group,
    publish: () => undefined,
    scale: () => {
      const isFirst = polls++ === 0;
      if (isFirst) group.setDesired(2);
      const decision = { action: isFirst ? ("scale_out" as const) : ("none" as const), reason: "jobs", need: 3 };
      return Promise.resolve([{ decision, vector: { asg: { desired: 0 } }, written: isFirst ? 2 : null }]);
    },
    onSnapshot: () => undefined,
    until: () => Promise.resolve(),
  });
  return { run, cluster };
}

test("the summary tells jobs, waits, instances and what the scaler did", async () => {
  const { run, cluster } = await finished();
  // The hosts are seen at 1 s and ready at 3 s; the third job waits for the first one's end.
  expect(summary(run, cluster)).toEqual([
    "3 jobs done, 0 lost; a job waited 3.0 s (median), 7.0 s at most",
    "2 instances launched, 2 at most at a time, 0 at the end",
    `AgentScaler polled ${run.snapshots.length} times and changed the group's size once; idle hosts left by themselves`,
  ]);
});

test("the picture shows jobs, agents and instances over the time of the run", async () => {
  const { run } = await finished();
  const svg = picture(run, "A morning");
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
  const shown = ["A morning", "Seconds at work", "Jobs", "waiting", "running", "Agents", "busy", "idle"];
  expect(texts).toEqual(expect.arrayContaining([...shown, "Instances", "in service", "agents connected", "desired"]));
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
});
