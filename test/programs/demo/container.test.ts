import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listProcesses } from "../../harness/process-tree";
import { until } from "../../harness/processes";
import { Container } from "../../../programs/demo/container";

let folder: string;
let container: Container | undefined;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "elastic-ci-stack-container-"))));
afterEach(async () => {
  await container?.stop();
  rmSync(folder, { recursive: true });
});

/** A container with a function of this body, which sees `event` and `context`. */
function containerOf(body: string, limitMs = 60_000): Container {
  writeFileSync(join(folder, "index.js"), `let count = 0; exports.handler = async (event, context) => { ${body} };`);
  const environment = { ASG_NAME: "group", AWS_REGION: "the function's own" };
  const fn = { name: "scaler", folder, handler: "index.handler", environment, timeoutSeconds: 120 };
  container = new Container(fn, { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, limitMs);
  return container;
}

test("it stays warm: what the function keeps is there at the next event, what it wrote is not", async () => {
  const subject = containerOf("count += 1; console.log(event.time, count); process.stdout.write('and more\\n');");
  expect(await subject.invoke({ time: "early" })).toBe("early 1\nand more\n");
  expect(await subject.invoke({ time: "late" })).toBe("late 2\nand more\n");
});

test("the function sees its deployed environment and what Lambda adds, nothing of the demo's own", async () => {
  const log = await containerOf("console.log(JSON.stringify(process.env));").invoke({});
  const seen = Object.keys(JSON.parse(log) as object).filter((name) => !/^(NODE_CHANNEL_|__CF_)/.test(name));
  expect(seen.sort()).toEqual([
    ...["ASG_NAME", "AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "LAMBDA_TASK_ROOT"],
  ]);
  expect(log).toContain("the function's own");
});

test("the function gets its remaining time", async () => {
  const left = Number(await containerOf("console.log(context.getRemainingTimeInMillis());").invoke({}));
  expect(left).toBeGreaterThan(110_000);
  expect(left).toBeLessThanOrEqual(120_000);
});

test.each([
  { what: "throws", body: "throw new Error('no token');", message: "no token" },
  { what: "throws no error", body: "throw 'no token';", message: "no token" },
  { what: "kills its process", body: "process.exit(1);", message: "its process ended: it said nothing" },
  {
    what: "crashes its process",
    body: "setTimeout(() => { throw new TypeError('late'); }); await new Promise(() => {});",
    message: "its process ended: TypeError: late",
  },
  { what: "never ends", body: "await new Promise(() => {});", message: "no answer within 1.5 s", limitMs: 1_500 },
])("a function that $what fails with a message of one line", async ({ body, message, limitMs }) => {
  const invocation = containerOf(body, limitMs).invoke({});
  await expect(invocation).rejects.toThrow(new Error(message));
});

test("a package without its handler fails at the first event", async () => {
  const fn = { name: "scaler", folder, handler: "main.handler", environment: {}, timeoutSeconds: 120 };
  container = new Container(fn, {});
  await expect(container.invoke({})).rejects.toThrow("the package has no file for the handler main.handler");
});

test("stopping it ends its process, and an invocation after that is an error that says so", async () => {
  const subject = containerOf("console.log(process.pid);");
  const pid = Number(await subject.invoke({}));
  const isThere = () => listProcesses().some((entry) => entry.pid === pid);
  expect(isThere()).toBe(true);
  await subject.stop();
  expect(await until(() => !isThere(), 20_000)).toBe(true);
  await expect(subject.invoke({})).rejects.toThrow("its process ended");
});
