import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsError } from "../harness/aws-wire/answers";
import { buildLambdas, unpack } from "../harness/built-lambdas";
import { FakeAwsApi } from "../harness/fake-aws-api";
import { inService, instance } from "../harness/fake-auto-scaling";

const SCRIPTS = join(__dirname, "../../lambda/stop-buildkite-agents");
const INVOKE = `require(process.argv[1]).handler(JSON.parse(process.argv[2]), { getRemainingTimeInMillis: () => 0 }).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => { console.error(error.message); process.exitCode = 1; },
)`;

let folder: string;
let api: FakeAwsApi;
let endpoint: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-bundles-"));
  expect(buildLambdas(folder).status).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  api = new FakeAwsApi();
  endpoint = await api.start();
});

afterEach(() => api.stop());

/** Runs the zip's index.js in a process of its own, with nothing but what Lambda gives a function. */
function invoke(name: string, event: unknown): Promise<{ lines: string[]; error: string }> {
  const target = join(folder, name);
  unpack(join(folder, `${name}.zip`), target);
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: endpoint,
  };
  const parameters = ["--no-warnings", "-e", INVOKE, join(target, "index.js"), JSON.stringify(event)];
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { env, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ lines: stdout.trim().split("\n"), error: stderr.trim() }),
    );
  });
}

const last = ({ lines }: { lines: string[] }): unknown => JSON.parse(lines.at(-1) ?? "");

test("the AzRebalancingSuspender's bundle suspends AZRebalance and logs one JSON line", async () => {
  const group = api.autoScaling.add("ci-asg");
  const event = { autoScalingGroupName: "ci-asg", tf: { action: "create", prev_input: null } };
  const output = await invoke("az-rebalancing-suspender", event);
  expect(last(output)).toEqual({ autoScalingGroupName: "ci-asg", action: "create", suspended: ["AZRebalance"] });
  expect([...group.suspended]).toEqual(["AZRebalance"]);
  expect(output.lines).toHaveLength(2);
  expect(JSON.parse(output.lines[0] ?? "")).toMatchObject({ level: "info", autoScalingGroupName: "ci-asg" });
});

test("the AzRebalancingSuspender's bundle may run twice", async () => {
  const group = api.autoScaling.add("ci-asg");
  const first = last(await invoke("az-rebalancing-suspender", { autoScalingGroupName: "ci-asg" }));
  expect(last(await invoke("az-rebalancing-suspender", { autoScalingGroupName: "ci-asg" }))).toEqual(first);
  expect([...group.suspended]).toEqual(["AZRebalance"]);
});

test("the AzRebalancingSuspender's bundle reports the error of AWS", async () => {
  const output = await invoke("az-rebalancing-suspender", { autoScalingGroupName: "none" });
  expect(output.error).toBe("AutoScalingGroup name not found - none");
});

const STOP = { autoScalingGroupName: "ci-asg", operatingSystem: "linux", timeoutSeconds: 600 };

const systems = [
  { operatingSystem: "linux", document: "AWS-RunShellScript", script: "stop-agent.sh" },
  { operatingSystem: "windows", document: "AWS-RunPowerShellScript", script: "stop-agent.ps1" },
];

test.each(systems)(
  "the StopBuildkiteAgents bundle stops a $operatingSystem group",
  async ({ operatingSystem, document, script }) => {
    const group = api.autoScaling.add("ci-asg", [instance(1, "InService"), instance(2, "Terminating:Wait")]);
    const event = { ...STOP, operatingSystem, tf: { action: "delete" } };
    const result = last(await invoke("stop-buildkite-agents", event));
    expect(result).toMatchObject({ outcome: "stopping", instances: [instance(1, "").id], unreachable: [] });
    expect([group.minSize, group.desiredCapacity]).toEqual([0, 0]);
    const commands = readFileSync(join(SCRIPTS, script), "utf8").trimEnd().split("\n");
    expect(api.commands).toMatchObject([
      {
        DocumentName: document,
        InstanceIds: [instance(1, "").id],
        Parameters: { commands, executionTimeout: ["600"] },
      },
    ]);
  },
);

test("the StopBuildkiteAgents bundle finds the instance that Systems Manager does not know", async () => {
  api.autoScaling.add("ci-asg", inService(4));
  api.systemsManager.unknown.add(instance(2, "").id);
  const result = last(await invoke("stop-buildkite-agents", STOP));
  expect(result).toMatchObject({ unreachable: [instance(2, "").id], outcome: "stopping" });
  expect(api.systemsManager.sent.flatMap(({ ids }) => ids)).toHaveLength(3);
});

test("the StopBuildkiteAgents bundle reports what Systems Manager answers", async () => {
  api.autoScaling.add("ci-asg", inService(1));
  api.systemsManager.failing.add(instance(0, "").id);
  const { error } = await invoke("stop-buildkite-agents", STOP);
  expect(error).toBe(`agents of ci-asg that could not be told to stop: ${instance(0, "").id}: Rate exceeded`);
});

test("the StopBuildkiteAgents bundle stops more than 50 instances in batches, and none of another group", async () => {
  api.autoScaling.add("ci-asg", inService(120));
  const other = api.autoScaling.add("other-asg", [instance(500, "InService")]);
  const result = last(await invoke("stop-buildkite-agents", STOP));
  expect(api.commands.map(({ InstanceIds }) => InstanceIds.length)).toEqual([50, 50, 20]);
  expect(api.commands.flatMap(({ InstanceIds }) => InstanceIds)).toEqual(inService(120).map(({ id }) => id));
  expect(result).toMatchObject({ outcome: "stopping", unreachable: [] });
  expect(other.desiredCapacity).toBe(1);
});

test("the StopBuildkiteAgents bundle names the batch that failed, and has stopped the others", async () => {
  api.autoScaling.add("ci-asg", inService(120));
  api.faults.add("SendCommand", { error: new AwsError("AccessDeniedException", "not authorized") }, { times: 1 });
  const { error } = await invoke("stop-buildkite-agents", STOP);
  const refused = inService(50).map(({ id }) => id);
  expect(error).toBe(`agents of ci-asg that could not be told to stop: ${refused.join(" ")}: not authorized`);
  expect(api.commands.map(({ InstanceIds }) => InstanceIds.length)).toEqual([50, 20]);
});

test("the StopBuildkiteAgents bundle waits out a throttled request", async () => {
  api.autoScaling.add("ci-asg", inService(1));
  api.faults.add("SendCommand", { error: new AwsError("ThrottlingException", "Rate exceeded") }, { times: 1 });
  const result = last(await invoke("stop-buildkite-agents", STOP));
  expect(result).toMatchObject({ outcome: "stopping", instances: [instance(0, "").id] });
});

test("the StopBuildkiteAgents bundle may run twice", async () => {
  const group = api.autoScaling.add("ci-asg", inService(2));
  const first = last(await invoke("stop-buildkite-agents", STOP));
  expect(last(await invoke("stop-buildkite-agents", STOP))).toEqual(first);
  expect([group.minSize, group.desiredCapacity]).toEqual([0, 0]);
});

test("the StopBuildkiteAgents bundle succeeds when the group is gone", async () => {
  expect(last(await invoke("stop-buildkite-agents", STOP))).toMatchObject({ outcome: "already gone" });
});

test.each([
  {
    name: "stop-buildkite-agents",
    event: { ...STOP, timeoutSeconds: "600" },
    error: 'timeoutSeconds must be a whole number of seconds from 1 to 172800, got "600"',
  },
  {
    name: "az-rebalancing-suspender",
    event: { tf: { action: "create" } },
    error: "autoScalingGroupName must be the name of an Auto Scaling group (1 to 255 characters), got nothing",
  },
])("the bundle $name refuses a wrong event before it asks AWS for anything", async ({ name, event, error }) => {
  expect((await invoke(name, event)).error).toBe(error);
  expect(api.actions).toEqual([]);
});
