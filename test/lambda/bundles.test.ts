import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMPLETE_ENVIRONMENT } from "../support/agent-scaler-environment";
import { buildLambdas, unpack } from "../support/built-lambdas";
import { FakeAwsApi } from "../support/fake-aws-api";
import { inService, instance } from "../support/fake-auto-scaling";

const SCRIPTS = join(__dirname, "..", "..", "lambda", "stop-buildkite-agents");
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
function invoke(name: string, event: unknown, environment: object = {}): Promise<{ lines: string[]; error: string }> {
  const target = join(folder, name);
  unpack(join(folder, `${name}.zip`), target);
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: endpoint,
    ...environment,
  };
  const parameters = ["--no-warnings", "-e", INVOKE, join(target, "index.js"), JSON.stringify(event)];
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { env, timeout: 20_000 }, (_, stdout, stderr) =>
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

test("the AzRebalancingSuspender's bundle reports the error of AWS", async () => {
  const output = await invoke("az-rebalancing-suspender", { autoScalingGroupName: "none" });
  expect(output.error).toBe("AutoScalingGroup name not found - none");
});

const systems = [
  { operatingSystem: "linux", document: "AWS-RunShellScript", script: "stop-agent.sh" },
  { operatingSystem: "windows", document: "AWS-RunPowerShellScript", script: "stop-agent.ps1" },
];

test.each(systems)(
  "the StopBuildkiteAgents bundle stops a $operatingSystem group",
  async ({ operatingSystem, document, script }) => {
    const group = api.autoScaling.add("ci-asg", [instance(1, "InService"), instance(2, "Terminating:Wait")]);
    const event = { autoScalingGroupName: "ci-asg", operatingSystem, timeoutSeconds: 600, tf: { action: "delete" } };
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
  const event = { autoScalingGroupName: "ci-asg", operatingSystem: "linux", timeoutSeconds: 600 };
  const result = last(await invoke("stop-buildkite-agents", event));
  expect(result).toMatchObject({ unreachable: [instance(2, "").id], outcome: "stopping" });
  expect(api.systemsManager.sent.flatMap(({ ids }) => ids)).toHaveLength(3);
});

test("the StopBuildkiteAgents bundle reports what Systems Manager answers", async () => {
  api.autoScaling.add("ci-asg", inService(1));
  api.systemsManager.failing.add(instance(0, "").id);
  const event = { autoScalingGroupName: "ci-asg", operatingSystem: "linux", timeoutSeconds: 600 };
  const { error } = await invoke("stop-buildkite-agents", event);
  expect(error).toBe(`agents of ci-asg that could not be told to stop: ${instance(0, "").id}: Rate exceeded`);
});

test("the StopBuildkiteAgents bundle succeeds when the group is gone", async () => {
  const event = { autoScalingGroupName: "ci-asg", operatingSystem: "linux", timeoutSeconds: 600 };
  expect(last(await invoke("stop-buildkite-agents", event))).toMatchObject({ outcome: "already gone" });
});

test("the AgentScaler's bundle reads its environment and says what to set instead", async () => {
  const { error } = await invoke("agent-scaler", {}, COMPLETE_ENVIRONMENT);
  expect(error).toBe('this release ships no TypeScript AgentScaler: set scaler_implementation = "buildkite"');
});

test("the AgentScaler's bundle reports a wrong environment", async () => {
  const { error } = await invoke("agent-scaler", {}, { ...COMPLETE_ENVIRONMENT, LAMBDA_TIMEOUT: "50" });
  expect(error).toBe('wrong environment: LAMBDA_TIMEOUT must be a duration such as 10s or 1m30s, at least 0, got "50"');
});
