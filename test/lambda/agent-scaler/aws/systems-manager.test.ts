import { join } from "node:path";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Instances } from "../../../../lambda/agent-scaler/ports";
import { managedInstances } from "../../../../lambda/agent-scaler/aws/systems-manager";
import { readScripts } from "../../../../lambda/agent-scaler/elastic/scripts";
import { LoopbackServer } from "../../../harness/loopback-server";
import type { Answer, Request } from "../../../harness/loopback-server";

interface Call {
  readonly action: string;
  /** A query parameter or a property of the JSON body. */
  readonly input: Readonly<Record<string, unknown>>;
}

const answer = (body: object, status = 200): Answer => ({
  status,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/x-amz-json-1.1" },
});

let calls: Call[];
/** One answer for each request, in order. */
let script: Answer[];
let server: LoopbackServer;
let instances: Instances;
/** Gives up sooner. */
let impatient: Instances;

function record({ headers, body }: Request): Answer {
  const target = headers["x-amz-target"];
  const input = (
    target === undefined ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body)
  ) as Call["input"];
  calls.push({ action: String(target ?? input["Action"]).replace("AmazonSSM.", ""), input });
  return script.shift() ?? answer({ __type: "ValidationException", message: "no answer left" }, 400);
}

beforeEach(async () => {
  calls = [];
  script = [];
  server = new LoopbackServer(record);
  const endpoint = await server.start();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const settings = { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  const clients = [new SSMClient(settings), new AutoScalingClient(settings)] as const;
  const scripts = readScripts(join(__dirname, "../../../../lambda/agent-scaler"));
  instances = managedInstances(...clients, scripts);
  impatient = managedInstances(...clients, scripts, 0.2);
});

afterEach(() => server.stop());

const refusal = answer({ __type: "InvalidInstanceId", message: "Instances [[i-1]] not in a valid state" }, 400);
const throttle = answer({ __type: "ThrottlingException", message: "Rate exceeded" }, 400);

describe("instances that can be reached", () => {
  const online = (id: string, system?: string) => ({ InstanceId: id, PingStatus: "Online", PlatformType: system });

  test("are those online, with their systems, from every page", async () => {
    script = [
      answer({ InstanceInformationList: [online("i-1", "Linux"), online("i-2", "Windows")], NextToken: "more" }),
      answer({ InstanceInformationList: [{ ...online("i-3"), PingStatus: "ConnectionLost" }, online("i-4")] }),
    ];
    expect(await instances.online(["i-1", "i-2", "i-3", "i-4"])).toEqual(
      new Map([
        ["i-1", "linux"],
        ["i-2", "windows"],
        ["i-4", "linux"],
      ]),
    );
    const Filters = [{ Key: "InstanceIds", Values: ["i-1", "i-2", "i-3", "i-4"] }];
    expect(calls).toEqual([
      { action: "DescribeInstanceInformation", input: { Filters, MaxResults: 50 } },
      { action: "DescribeInstanceInformation", input: { Filters, MaxResults: 50, NextToken: "more" } },
    ]);
  });

  test("are undefined where one id is refused, and any other error is thrown", async () => {
    script = [refusal, throttle];
    expect(await instances.online(["i-1"])).toBeUndefined();
    await expect(instances.online(["i-1"])).rejects.toThrow("Rate exceeded");
  });
});

describe("a command", () => {
  const systems = [
    { system: "linux", document: "AWS-RunShellScript", survey: "systemctl show", stop: "systemctl stop" },
    { system: "windows", document: "AWS-RunPowerShellScript", survey: "Get-CimInstance", stop: "StopAgent" },
  ] as const;

  test.each(systems)("runs $system's scripts with $document, and stops only behind a survey", async (row) => {
    script = [answer({ Command: { CommandId: "first" } }), answer({ Command: { CommandId: "second" } })];
    expect(await instances.send("survey", ["i-1", "i-2"], row.system)).toBe("first");
    expect(await instances.send("stop", ["i-1"], row.system)).toBe("second");
    const [survey, stop] = calls.map(({ input }) =>
      (input["Parameters"] as { commands: string[] }).commands.join("\n"),
    );
    expect(calls.map(({ action, input }) => [action, input["DocumentName"], input["InstanceIds"]])).toEqual([
      ["SendCommand", row.document, ["i-1", "i-2"]],
      ["SendCommand", row.document, ["i-1"]],
    ]);
    expect(survey).toContain(row.survey);
    expect(survey).not.toContain(row.stop);
    expect(stop?.startsWith(`${String(survey)}\n`)).toBe(true);
    expect(stop).toContain(row.stop);
  });

  test("is dropped when an instance does not receive it soon, and one instance's failure does not stop it on the others", async () => {
    script = [answer({ Command: { CommandId: "first" } })];
    await instances.send("stop", ["i-1"], "linux");
    expect(calls[0]?.input).toMatchObject({ TimeoutSeconds: 30, MaxErrors: "100%", MaxConcurrency: "100%" });
    expect(calls[0]?.input["Parameters"]).toMatchObject({ executionTimeout: ["60"] });
  });

  test("is undefined where one id is refused; any other error and a response without an id are thrown", async () => {
    script = [refusal, throttle, answer({})];
    expect(await instances.send("stop", ["i-1"], "linux")).toBeUndefined();
    await expect(instances.send("stop", ["i-1"], "linux")).rejects.toThrow("Rate exceeded");
    await expect(instances.send("stop", ["i-1"], "linux")).rejects.toThrow("no id of the command");
  });
});

describe("results of a command", () => {
  const invocation = (status: string) => ({
    InstanceId: "i-1",
    Status: status,
    CommandPlugins: [{ Name: "aws:runShellScript", Output: "line\n" }],
  });

  test("come from every page, with the output", async () => {
    script = [
      answer({ CommandInvocations: [invocation("Success")], NextToken: "more" }),
      answer({ CommandInvocations: [{ InstanceId: "i-2", Status: "Success" }] }),
    ];
    expect(await instances.results("first")).toEqual([
      { id: "i-1", finished: true, output: "line\n" },
      { id: "i-2", finished: true, output: "" },
    ]);
    expect(calls[1]).toEqual({
      action: "ListCommandInvocations",
      input: { CommandId: "first", Details: true, MaxResults: 50, NextToken: "more" },
    });
  });

  const statuses = [
    { status: "Pending", finished: false },
    { status: "InProgress", finished: false },
    { status: "Delayed", finished: false },
    { status: "Cancelling", finished: false },
    { status: "Failed", finished: true },
    { status: "TimedOut", finished: true },
    { status: "Cancelled", finished: true },
  ];

  test.each(statuses)("with the status $status have no output, and are finished: $finished", async (row) => {
    script = [answer({ CommandInvocations: [invocation(row.status)] })];
    expect(await instances.results("first")).toEqual([{ id: "i-1", finished: row.finished }]);
  });
});

test("an unhealthy instance is reported to its group, within the group's grace period", async () => {
  script = [{ status: 200, body: "<SetInstanceHealthResponse/>" }];
  await instances.markUnhealthy("i-1");
  expect(calls).toMatchObject([
    {
      action: "SetInstanceHealth",
      input: { InstanceId: "i-1", HealthStatus: "Unhealthy", ShouldRespectGracePeriod: "true" },
    },
  ]);
});

const slowCalls = [
  { name: "looking for instances", call: () => impatient.online(["i-1"]) },
  { name: "sending a command", call: () => impatient.send("stop", ["i-1"], "linux") },
  { name: "reading answers", call: () => impatient.results("first") },
  { name: "marking an instance", call: () => impatient.markUnhealthy("i-1") },
];

test.each(slowCalls)("$name gives up when AWS does not answer", async ({ call }) => {
  script = [{ status: 200, body: "", delivery: "hung" }];
  await expect(call()).rejects.toThrow("AWS did not answer in time (0.2 s)");
});
