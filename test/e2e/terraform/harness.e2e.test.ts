import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { uninventoried } from "../../harness/inventory";
import { listProcesses, treeOf } from "../../harness/process-tree";
import { run, start, until } from "../../harness/processes";
import { changesOf, Workspace } from "../../harness/terraform";
import {
  findMoto,
  findProviderMirror,
  findTerraform,
  isUsableMirror,
  repository,
  ToolMissing,
} from "../../harness/tools";

const isAlive = (pid: number) => listProcesses().some((entry) => entry.pid === pid);

const configuration = {
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" } } },
  provider: { aws: {} },
  variable: { secret: { type: "string", sensitive: true, ephemeral: true } },
  resource: {
    aws_vpc: { network: { cidr_block: "10.0.0.0/16", tags: { Name: "${terraform_data.tag.output}" } } },
    aws_ssm_parameter: {
      token: { name: "/harness/token", type: "SecureString", value_wo: "${var.secret}", value_wo_version: 1 },
    },
    terraform_data: { tag: { input: "harness" } },
  },
  output: { vpc_id: { value: "${aws_vpc.network.id}" } },
};

describe("the emulator with real Terraform", () => {
  let emulator: Emulator;
  let workspace: Workspace;
  let vpcId: unknown;

  beforeAll(async () => {
    emulator = await startEmulator();
    workspace = await Workspace.create({ env: emulator.env });
    workspace.write("main.tf.json", configuration);
    workspace.variables({ secret: "s3cret-of-the-harness" });
    await workspace.init();
    await workspace.validate();
  });

  afterAll(async () => {
    workspace.remove();
    await emulator.stop();
  });

  test("holds nothing at first", async () => {
    expect(await emulator.resources()).toEqual([]);
  });

  test("a plan lists each resource with its actions", async () => {
    const plan = await workspace.plan();
    expect(changesOf(plan).map(({ address, change }) => [address, change.actions])).toEqual([
      ["aws_ssm_parameter.token", ["create"]],
      ["aws_vpc.network", ["create"]],
      ["terraform_data.tag", ["create"]],
    ]);
    expect(uninventoried(plan.resource_changes.map((change) => change.type))).toEqual([]);
  });

  test("applying the saved plan makes the resources and returns the outputs", async () => {
    ({ vpc_id: vpcId } = await workspace.apply({ planned: true }));
    expect(vpcId).toMatch(/^vpc-/);
    expect(await emulator.resources()).toEqual(["aws_ssm_parameter /harness/token", `aws_vpc ${String(vpcId)}`]);
  });

  test("what was made can be read back", async () => {
    const { Parameter } = await emulator.aws("ssm", "get-parameter", { Name: "/harness/token", WithDecryption: true });
    expect(Parameter.Value).toBe("s3cret-of-the-harness");
  });

  test("an answer that AWS refuses is an error that names the call", async () => {
    await expect(emulator.aws("ssm", "get_parameter", { Name: "/absent" })).rejects.toThrow(
      /^ssm get_parameter: ParameterNotFound/,
    );
  });

  test("an initialised folder is itself a mirror of the provider", () => {
    expect(isUsableMirror(join(workspace.directory, ".terraform/providers"))).toBe(true);
  });

  test("a second plan is empty", async () => {
    expect(changesOf(await workspace.plan())).toEqual([]);
  });

  test("a failing command reports itself and the end of its output", async () => {
    await expect(workspace.run(["state", "rm", "aws_vpc.absent"])).rejects.toThrow(
      /^terraform state rm .* ended with 1:\n[^]*No matching objects/,
    );
  });

  test("the seeded scaler can be fetched and does not count as a resource", async () => {
    await emulator.seedScalerBucket("eu-west-1", "scaler/handler.zip");
    const object = { Bucket: "buildkite-lambdas-eu-west-1", Key: "scaler/handler.zip" };
    expect(await emulator.aws("s3", "head_object", object, "eu-west-1")).toMatchObject({
      ContentLength: expect.any(Number),
    });
    expect(await emulator.resources()).toEqual(["aws_ssm_parameter /harness/token", `aws_vpc ${String(vpcId)}`]);
  });

  test("destroying leaves nothing", async () => {
    await workspace.destroy();
    expect(await emulator.resources()).toEqual([]);
  });

  test("removing the workspace leaves no file", () => {
    workspace.remove();
    expect(existsSync(workspace.directory)).toBe(false);
  });

  test("stopping leaves no process", async () => {
    await emulator.stop();
    expect(isAlive(emulator.pid)).toBe(false);
  });
});

describe("a taken port", () => {
  test("makes the emulator choose another one", async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) =>
      holder.listen(0, "127.0.0.1", () => resolve((holder.address() as { port: number }).port)),
    );
    const emulator = await startEmulator({ port });
    expect(emulator.endpoint).not.toBe(`http://127.0.0.1:${port}`);
    expect(await emulator.resources()).toEqual([]);
    await emulator.stop();
    await new Promise((resolve) => holder.close(resolve));
  });
});

describe("processes", () => {
  test("one that does not end in time is stopped with all it started, and reported", async () => {
    const pids: number[] = [];
    // The second one leaves the group, as Terraform does below cdktf.
    const script = `const { spawn } = require("node:child_process");
      for (const detached of [false, true]) console.log(spawn("sleep", ["300"], { detached }).pid);
      setTimeout(() => undefined, 300_000);`;
    const onLine = (line: string) => pids.push(Number(line));
    await expect(run(process.execPath, ["-e", script], { timeoutMs: 5_000, onLine })).rejects.toThrow(
      `${process.execPath} did not finish within 5 s`,
    );
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("one that ignores SIGTERM is killed after the grace period", async () => {
    const stubborn = start("/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
    expect(await until(() => stubborn.output().includes("ready"), 60_000)).toBe(true);
    await stubborn.stop(300);
    expect(treeOf(stubborn.pid)).toEqual([]);
  });

  test("they end when the process that started them is killed", async () => {
    const source = join(repository, "test/harness/processes");
    const code = `import { start } from ${JSON.stringify(source)};
      console.log(start("/bin/sh", ["-c", "sleep 300"]).pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);`;
    const { stdout } = await run(process.execPath, [join(repository, "node_modules/tsx/dist/cli.mjs"), "-e", code], {
      timeoutMs: 60_000,
    });
    const pid = Number(stdout.trim());
    expect(pid).toBeGreaterThan(1);
    expect(await until(() => treeOf(pid).length === 0, 60_000)).toBe(true);
  });
});

describe("a missing tool is named, with the way to get it", () => {
  const nothing = mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
  const env = { PATH: nothing };
  afterAll(() => rmSync(nothing, { recursive: true }));

  test("Terraform", () => {
    expect(() => findTerraform(env)).toThrow(ToolMissing);
    expect(() => findTerraform(env)).toThrow(
      /not on the PATH.*https:\/\/developer\.hashicorp\.com\/terraform\/install/,
    );
  });

  test("moto", async () => {
    await expect(findMoto(env, nothing)).rejects.toThrow("pip install 'moto[server]==5.2.1'");
  });

  test("a provider mirror that was asked for", async () => {
    await expect(findProviderMirror({ TF_PLUGIN_MIRROR: nothing })).rejects.toThrow(
      "where no usable AWS provider lies",
    );
  });

  test("the suite itself fails when Terraform is missing", async () => {
    const jest = join(repository, "node_modules/jest/bin/jest.js");
    const args = [jest, "--config", "jest.e2e.config.cjs", "test/e2e/terraform/harness", "-t", "no test of this name"];
    const outcome = await run(process.execPath, args, {
      cwd: repository,
      env: { ...process.env, ...env },
      timeoutMs: 60_000,
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain("Terraform is not on the PATH");
  });
});
