import { inService, instance } from "./fake-auto-scaling";
import { GROUP, QUEUE, type ScalerScene } from "./scaler/scaler-scene";
import { denied, type FaultCase, throttled } from "./fault-cases";

const ELASTIC = {
  ELASTIC_CI_MODE: "true",
  SCALE_IN_COOLDOWN_PERIOD: "0s",
  DANGLING_CHECK_MINIMUM_INSTANCE_UPTIME: "0s",
};
const IDLE = "buildkite-agent state=active jobs=0\n";
const BUSY = "buildkite-agent state=active jobs=1\n";
const STOPPED = "buildkite-agent state=inactive jobs=0\n";

/** The instances have answered by then. */
const SOON = { clockAheadMs: 5_000 };
/** Another survey is due by then. */
const LATER = { clockAheadMs: 301_000 };

/** `count` instances with an idle agent each, and no job. */
function idle(scene: ScalerScene, count = 3): void {
  scene.aws.autoScaling.add(GROUP, inService(count), { minSize: 0 });
  scene.buildkite.queue(QUEUE, { idle: count });
  for (const { id } of inService(count)) said(scene, id, IDLE);
}

function said({ aws }: ScalerScene, id: string, output: string, status = "Success"): void {
  aws.systemsManager.outcomes.set(id, { status, output });
}

const ids = (...indexes: readonly number[]) => indexes.map((index) => instance(index, "").id);
const all = (count: number) => inService(count).map(({ id }) => id);

/** The instances that each command went to: first surveys, then stops. */
const commandsTo =
  (...instances: readonly (readonly string[])[]) =>
  ({ aws }: ScalerScene) =>
    expect(aws.systemsManager.sent.map(({ ids: reached }) => reached)).toEqual(instances);

/** What goes wrong with the instances never fails a poll, and the scaler never writes their going itself. */
function ofInstances(row: Omit<FaultCase, "fails" | "writes">): FaultCase {
  const environment = { ...ELASTIC, ...row.environment };
  return { ...row, name: `instances: ${row.name}`, environment, fails: false, writes: [] };
}

export const instanceCases: readonly FaultCase[] = [
  ofInstances({
    name: "idle ones are told to stop",
    arrange: idle,
    invocations: [{}, SOON],
    errors: [],
    check: commandsTo(all(3), all(3)),
  }),
  ofInstances({
    name: "the list of reachable ones is denied",
    arrange: (scene) => {
      idle(scene);
      scene.aws.faults.add("DescribeInstanceInformation", denied, { times: 1 });
    },
    invocations: [{}, LATER, SOON],
    errors: [["elastic", /ci-asg: no survey of i-0+ and 2 more:.*not authorized/]],
    check: commandsTo(all(3), all(3)),
  }),
  ofInstances({
    name: "the list of reachable ones does not come",
    arrange: (scene) => {
      idle(scene);
      scene.aws.faults.add("DescribeInstanceInformation", { delivery: "hung" }, { times: 1 });
    },
    invocations: [{}, LATER, SOON],
    errors: [["elastic", /ci-asg: no survey of i-0+ and 2 more:.*(time|abort)/i]],
    check: commandsTo(all(3), all(3)),
  }),
  ofInstances({
    name: "one that Systems Manager does not know is left alone",
    arrange: (scene) => {
      idle(scene);
      scene.aws.systemsManager.unknown.add(instance(1, "").id);
    },
    invocations: [{}, SOON],
    errors: [],
    check: commandsTo(ids(0, 2), ids(0, 2)),
  }),
  ofInstances({
    name: "one of two batches is refused",
    arrange: (scene) => {
      idle(scene, 60);
      scene.aws.systemsManager.failing.add(instance(0, "").id);
    },
    invocations: [{}, SOON],
    errors: [["elastic", /ci-asg: no survey of i-0+ and 49 more:.*Rate exceeded/]],
    check: commandsTo(all(60).slice(50), all(60).slice(50)),
  }),
  ofInstances({
    name: "the answers are throttled once",
    arrange: (scene) => {
      idle(scene);
      scene.aws.faults.add("ListCommandInvocations", throttled, { times: 1 });
    },
    invocations: [{}, SOON, SOON],
    errors: [["elastic", /ci-asg: no answers to command command-1:.*Rate exceeded/]],
    check: commandsTo(all(3), all(3)),
  }),
  ofInstances({
    name: "the answers come in pages",
    arrange: (scene) => {
      idle(scene, 5);
      scene.aws.wires.systemsManager.pageSize = 2;
    },
    invocations: [{}, SOON],
    errors: [],
    check: commandsTo(all(5), all(5)),
  }),
  ofInstances({
    name: "a script that failed, one that timed out and one that says something else are no answers",
    arrange: (scene) => {
      idle(scene, 4);
      const [failed = "", late = "", unclear = ""] = all(4);
      said(scene, failed, STOPPED, "Failed");
      said(scene, late, "", "TimedOut");
      said(scene, unclear, "buildkite-agent state= jobs=0");
    },
    invocations: [{}, SOON],
    errors: [],
    check: commandsTo(all(4), ids(3)),
  }),
  ofInstances({
    name: "the report of a dangling one is denied",
    arrange: (scene) => {
      dangling(scene);
      scene.aws.faults.add("SetInstanceHealth", denied, { times: 1 });
    },
    invocations: [{}, SOON, LATER, SOON, LATER, SOON],
    errors: [["elastic", /ci-asg: dangling instance not replaced: i-0+2:.*not authorized/]],
    check: (scene) => expect(unhealthy(scene)).toEqual(ids(2)),
  }),
  ofInstances({
    name: "the history that allows a stop cannot be read",
    arrange: (scene) => {
      idle(scene);
      scene.aws.faults.add("DescribeScalingActivities", denied, { after: 1, times: 1 });
    },
    environment: { SCALE_IN_COOLDOWN_PERIOD: "1h" },
    errors: [["history", /DescribeScalingActivities.*not authorized/]],
    invocations: [{}, SOON, LATER],
  }),
];

/** Two of three instances have a job; the third has an agent that has ended. */
function dangling(scene: ScalerScene): void {
  idle(scene);
  scene.buildkite.queue(QUEUE, { busy: 2, running: 2, scheduled: 1 });
  for (const id of ids(0, 1)) said(scene, id, BUSY);
  for (const id of ids(2)) said(scene, id, STOPPED);
}

function unhealthy({ aws }: ScalerScene): readonly string[] {
  const { instances = [] } = aws.autoScaling.groups.get(GROUP) ?? {};
  return instances.filter(({ healthStatus }) => healthStatus === "Unhealthy").map(({ id }) => id);
}
