import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { autoScalingGroups } from "../../../../lambda/agent-scaler/aws/auto-scaling";
import type { Groups } from "../../../../lambda/agent-scaler/ports";
import { type FakeActivity, instance } from "../../../harness/fake-auto-scaling";
import { FakeAwsApi } from "../../../harness/fake-aws-api";

let api: FakeAwsApi;
let client: AutoScalingClient;
let groups: Groups;

beforeEach(async () => {
  api = new FakeAwsApi();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new AutoScalingClient({ endpoint: await api.start(), region: "us-east-1", credentials, maxAttempts: 1 });
  groups = autoScalingGroups(client);
});

afterEach(async () => {
  client.destroy();
  await api.stop();
});

test("a group is described with its size, its limits and its instances in every state", async () => {
  const instances = [instance(1, "InService"), instance(2, "Pending:Wait"), instance(3, "Terminating")];
  api.autoScaling.add("ci-asg", instances, { desiredCapacity: 2, minSize: 1, maxSize: 7 });
  const described = await groups.describe(["ci-asg"]);
  const states = instances.map(({ id, lifecycleState }) => ({ id, lifecycleState }));
  expect(described).toEqual(new Map([["ci-asg", { desired: 2, min: 1, max: 7, instances: states }]]));
});

test("a group that does not exist is missing, the others are there", async () => {
  api.autoScaling.add("ci-asg");
  expect([...(await groups.describe(["none", "ci-asg"])).keys()]).toEqual(["ci-asg"]);
});

test.each(["MinSize", "MaxSize", "DesiredCapacity"])("a group without %s is undefined", async (field) => {
  api.autoScaling.add("ci-asg");
  api.faults.add("DescribeAutoScalingGroups", {
    body: (right) => right.replace(new RegExp(`<${field}>.*?</${field}>`), ""),
  });
  const described = await groups.describe(["ci-asg"]);
  expect([described.has("ci-asg"), described.get("ci-asg")]).toEqual([true, undefined]);
});

test("a group without a list of instances has none", async () => {
  api.autoScaling.add("ci-asg", [instance(1, "InService")]);
  api.faults.add("DescribeAutoScalingGroups", { body: (right) => right.replace(/<Instances>.*<\/Instances>/, "") });
  expect((await groups.describe(["ci-asg"])).get("ci-asg")?.instances).toEqual([]);
});

const counts = [
  { count: 1, calls: 1 },
  { count: 100, calls: 1 },
  { count: 101, calls: 2 },
  { count: 250, calls: 3 },
];

test.each(counts)("$count groups take $calls calls", async ({ count, calls }) => {
  const names = Array.from({ length: count }, (_, index) => `group-${String(index)}`);
  for (const name of names) api.autoScaling.add(name);
  expect([...(await groups.describe(names)).keys()].sort()).toEqual(names.sort());
  expect(api.actions).toEqual(Array(calls).fill("DescribeAutoScalingGroups"));
});

test("the size is set, whatever the group's own cooldown", async () => {
  api.autoScaling.add("ci-asg", [], { maxSize: 9 });
  await groups.setDesired("ci-asg", 4);
  expect(api.autoScaling.writes).toEqual([{ group: "ci-asg", from: 0, to: 4 }]);
});

test("AWS's refusal is an error with its reason", async () => {
  api.autoScaling.add("ci-asg", [], { maxSize: 3 });
  await expect(groups.setDesired("ci-asg", 4)).rejects.toThrow("above max value 3");
});

const SET = "a user request explicitly set group desired capacity changing the desired capacity from 1 to 2.";
const raised = (seconds: number): FakeActivity => ({
  status: "Successful",
  cause: `${SET} an instance was started, increasing the capacity from 1 to 2.`,
  startTime: new Date(seconds * 1000),
});
const lowered = (seconds: number): FakeActivity => ({ ...raised(seconds), cause: `${SET} shrinking the capacity.` });
const BOTH = { wantOut: true, wantIn: true, maxPages: -1 };

test("the last events are found on whatever page they are, in epoch seconds", async () => {
  api.autoScaling.add("ci-asg", [], { activities: [raised(900.5), raised(800), raised(700), lowered(600)] });
  api.wires.autoScaling.pageSize = 2;
  expect(await groups.lastEvents("ci-asg", BOTH, 10)).toEqual({ lastScaleOut: 900.5, lastScaleIn: 600 });
  expect(api.actions).toHaveLength(2);
});

test("an activity without cause or status is no event", async () => {
  api.autoScaling.add("ci-asg", [], { activities: [raised(900)] });
  api.faults.add("DescribeScalingActivities", { body: (right) => right.replace(/<(Cause|StatusCode)>.*?<\/\1>/g, "") });
  expect(await groups.lastEvents("ci-asg", BOTH, 10)).toEqual({ lastScaleOut: null, lastScaleIn: null });
});

test.each([0.1, 0.1005])("reading the activities is given up after %d s", async (seconds) => {
  api.autoScaling.add("ci-asg");
  api.faults.add("DescribeScalingActivities", { delivery: "hung" });
  const given = await groups.lastEvents("ci-asg", BOTH, seconds).catch((error: unknown) => (error as Error).name);
  expect(given).toBe("AbortError");
});

test("reading the activities may take longer than a timer can count", async () => {
  api.autoScaling.add("ci-asg");
  expect(await groups.lastEvents("ci-asg", BOTH, 1e7)).toEqual({ lastScaleOut: null, lastScaleIn: null });
});
