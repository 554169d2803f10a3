import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SSMClient } from "@aws-sdk/client-ssm";
import { autoScalingSuspender } from "../../lambda/az-rebalancing-suspender/auto-scaling";
import type { ProcessSuspender } from "../../lambda/az-rebalancing-suspender/run";
import { autoScalingGroups } from "../../lambda/stop-buildkite-agents/auto-scaling";
import type { Commands, Groups } from "../../lambda/stop-buildkite-agents/run";
import { systemsManager } from "../../lambda/stop-buildkite-agents/systems-manager";
import { FakeAwsApi } from "../harness/fake-aws-api";
import { instance } from "../harness/fake-auto-scaling";

interface Ports {
  readonly groups: Groups;
  readonly suspender: ProcessSuspender;
  readonly commands: Commands;
}

let api: FakeAwsApi;
let endpoint: string;

beforeEach(async () => {
  api = new FakeAwsApi();
  endpoint = await api.start();
});

afterEach(() => api.stop());

function drivers(): Ports {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const settings = { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  const autoScaling = new AutoScalingClient(settings);
  return {
    groups: autoScalingGroups(autoScaling),
    suspender: autoScalingSuspender(autoScaling),
    commands: systemsManager(new SSMClient(settings), { linux: "stop\nagent", windows: "stop agent" }),
  };
}

const sides = [
  {
    side: "the fake",
    ports: (): Ports => ({ groups: api.autoScaling, suspender: api.autoScaling, commands: api.systemsManager }),
  },
  { side: "the driver", ports: drivers },
];

describe.each(sides)("$side", ({ ports }) => {
  test("distinguishes a group that does not exist from an empty one", async () => {
    api.autoScaling.add("empty");
    const { groups } = ports();
    expect(await groups.instances("none")).toBeUndefined();
    expect(await groups.instances("empty")).toEqual([]);
  });

  test("lists the instances with their states", async () => {
    api.autoScaling.add("ci-asg", [instance(1, "InService"), instance(2, "Pending:Wait")]);
    expect(await ports().groups.instances("ci-asg")).toEqual([
      { id: instance(1, "").id, lifecycleState: "InService" },
      { id: instance(2, "").id, lifecycleState: "Pending:Wait" },
    ]);
  });

  test("lowered capacity keeps protected instances in service and ends the others", async () => {
    const group = api.autoScaling.add("ci-asg", [
      instance(1, "InService"),
      { ...instance(2, "InService"), protected: false },
    ]);
    const { groups } = ports();
    await groups.setCapacityToZero("ci-asg");
    expect([group.minSize, group.desiredCapacity]).toEqual([0, 0]);
    const states = (await groups.instances("ci-asg"))?.map((one) => one.lifecycleState);
    expect(states).toEqual(["InService", "Terminating:Wait"]);
  });

  test("suspends the named process", async () => {
    const group = api.autoScaling.add("ci-asg");
    await ports().suspender.suspend("ci-asg", ["AZRebalance"]);
    expect([...group.suspended]).toEqual(["AZRebalance"]);
  });

  test("fails on a group that does not exist", async () => {
    const { groups, suspender } = ports();
    await expect(groups.setCapacityToZero("none")).rejects.toThrow("name not found - none");
    await expect(suspender.suspend("none", ["AZRebalance"])).rejects.toThrow("name not found - none");
  });

  test("sends a command with the ids, the system and the timeout", async () => {
    expect(await ports().commands.stopAgents(["i-1", "i-2"], "windows", 60)).toBe("sent");
    expect(api.systemsManager.sent).toEqual([{ ids: ["i-1", "i-2"], system: "windows", timeoutSeconds: 60 }]);
  });

  test("refuses a whole batch with an unknown instance", async () => {
    api.systemsManager.unknown.add("i-2");
    expect(await ports().commands.stopAgents(["i-1", "i-2"], "linux", 60)).toBe("refused");
    expect(api.systemsManager.sent).toEqual([]);
  });

  test("fails with any other error, and on more than 50 ids", async () => {
    api.systemsManager.failing.add("i-1");
    const tooMany = Array.from({ length: 51 }, (_, index) => `i-a${String(index)}`);
    const { commands } = ports();
    await expect(commands.stopAgents(["i-1"], "linux", 60)).rejects.toThrow("Rate exceeded");
    await expect(commands.stopAgents(tooMany, "linux", 60)).rejects.toThrow("at most 50 instance ids, got 51");
  });
});
