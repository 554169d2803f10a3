import { readFileSync } from "node:fs";
import { lambdaKey } from "../../../src/aws/function-code";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { packaged } from "../../../src/package";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { differencesOf } from "../../harness/emulator-differences";
import { type Mode, type Root, writeRoot } from "../../harness/roots";
import { Workspace } from "../../harness/terraform";

const modes: readonly { readonly mode: Mode }[] = [{ mode: "module" }, { mode: "construct" }];
const token = { buildkite_agent_token: "t" };
const noSecrets = { enable_secrets_plugin: false };

async function inRegion(
  region: string,
  work: (emulator: Emulator, workspace: Workspace) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator({ region });
  const workspace = await Workspace.create({ env: emulator.env });
  try {
    await emulator.seedScalerBucket(region, releasedScalerKey("x86_64"));
    await work(emulator, workspace);
  } finally {
    workspace.remove();
    await emulator.stop();
  }
}

async function initialized(workspace: Workspace, mode: Mode, root: Root): Promise<void> {
  writeRoot(workspace, mode, root);
  await workspace.init();
}

const partitions = [
  {
    partition: "aws-us-gov",
    region: "us-gov-west-1",
    trusted: "ec2.amazonaws.com",
    endpoint: "com.amazonaws.us-gov-west-1.ecr.api",
  },
  {
    partition: "aws-cn",
    region: "cn-north-1",
    trusted: "ec2.amazonaws.com.cn",
    endpoint: "cn.com.amazonaws.cn-north-1.ecr.api",
  },
];
const inPartitions = partitions.flatMap((place) => modes.map(({ mode }) => ({ ...place, mode })));

describe("other partitions, planned", () => {
  test.concurrent.each(inPartitions)(
    "$region as $mode: every ARN, principal and endpoint is $partition's own",
    async ({ mode, ...place }) => {
      await inRegion(place.region, async (_, workspace) => {
        const everywhere = {
          ecr_access_policy: "full",
          buildkite_agent_enable_graceful_shutdown: true,
          pipeline_signing_kms_key_spec: "ECC_NIST_P256",
          scaler_lambda_s3_bucket: "scaler-of-ours",
        };
        const inputs = { ...token, ...everywhere, image_id: "ami-0123456789abcdef0", vpc_endpoints: ["s3", "ecr.api"] };
        await initialized(workspace, mode, { stacks: { ci: inputs } });
        const planned = JSON.stringify((await workspace.plan()).resource_changes.map(({ change }) => change.after));
        expect(planned).toContain(`arn:${place.partition}:`);
        expect(planned).not.toContain("arn:aws:");
        expect(planned).toContain(place.trusted);
        expect(planned).toContain(place.endpoint);
      });
    },
  );

  test("a region without published image and scaler says so and names the way out", async () => {
    await inRegion("us-gov-west-1", async (_, workspace) => {
      await initialized(workspace, "module", { stacks: { ci: token } });
      const refused = await workspace.attempt(["plan", "-input=false"]);
      expect(refused.output).toMatch(/no published image[\s\S]*us-gov-west-1[\s\S]*image_id/);
      expect(refused.output).toMatch(/commercial regions only[\s\S]*scaler_lambda_s3_bucket/);
    });
  });
});

describe("three stacks in one root", () => {
  const stack = (name: string) => ({ ...token, ...noSecrets, stack_name: name, buildkite_queue: name });

  test("by for_each in HCL: applied side by side, stay as they are, leave nothing", async () => {
    await inRegion("us-east-1", async (emulator, workspace) => {
      writeRoot(workspace, "module", { stacks: {} });
      workspace.write("main.tf.json", {
        provider: { aws: { s3_use_path_style: true } },
        locals: { stacks: { builders: stack("builders"), uploaders: stack("uploaders"), deploy: stack("deploy") } },
        module: {
          ci: {
            source: "./module",
            for_each: "${local.stacks}",
            stack_name: "${each.key}",
            buildkite_queue: "${each.value.buildkite_queue}",
            buildkite_agent_token: "${each.value.buildkite_agent_token}",
            enable_secrets_plugin: "${each.value.enable_secrets_plugin}",
          },
        },
        output: { groups: { value: "${[for one in module.ci : one.auto_scaling_group_name]}" } },
      });
      await workspace.init();
      const { groups } = await workspace.apply();
      expect(groups).toEqual(expect.arrayContaining([expect.stringMatching(/^uploaders-[0-9a-f]{8}-asg$/)]));
      expect(groups).toHaveLength(3);
      await staysAndGoes(emulator, workspace);
    });
  });

  test("as constructs: applied side by side, stay as they are, leave nothing", async () => {
    await inRegion("us-east-1", async (emulator, workspace) => {
      const stacks = { builders: stack("builders"), uploaders: stack("uploaders"), deploy: stack("deploy") };
      await initialized(workspace, "construct", { stacks });
      const outputs = await workspace.apply();
      expect(outputs["deploy_auto_scaling_group_name"]).toMatch(/^deploy-[0-9a-f]{8}-asg$/);
      await staysAndGoes(emulator, workspace);
    });
  });
});

async function staysAndGoes(emulator: Emulator, workspace: Workspace): Promise<void> {
  expect(differencesOf(await workspace.plan()).unexplained).toEqual([]);
  await workspace.destroy();
  expect(await emulator.resources()).toEqual([]);
}

test.each(modes)(
  "a schedule that has raised the minimum is not undone by the next apply, as $mode",
  async ({ mode }) => {
    await inRegion("us-east-1", async (emulator, workspace) => {
      const inputs = { ...token, ...noSecrets, enable_scheduled_scaling: true, scale_up_min_size: 2 };
      await initialized(workspace, mode, { stacks: { ci: inputs } });
      const { ci_auto_scaling_group_name: name } = await workspace.apply();
      await emulator.aws("autoscaling", "update_auto_scaling_group", { AutoScalingGroupName: name, MinSize: 2 });
      const { unexplained } = differencesOf(await workspace.plan());
      expect(unexplained.map(({ address }) => address)).toEqual([]);
    });
  },
);

test.each(modes)("with lambda_bucket the functions' code comes from there, as $mode", async ({ mode }) => {
  await inRegion("us-east-1", async (emulator, workspace) => {
    const names = ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"];
    await emulator.aws("s3", "create_bucket", { Bucket: "lambdas-of-ours" });
    for (const name of names)
      await emulator.upload(
        "lambdas-of-ours",
        lambdaKey(name),
        readFileSync(packaged("dist", "lambda", `${name}.zip`)),
      );
    const inputs = { ...token, ...noSecrets, lambda_bucket: "lambdas-of-ours", scaler_implementation: "typescript" };
    await initialized(workspace, mode, { stacks: { ci: inputs } });
    const { ci_scaler_lambda_function_name: name } = await workspace.apply();
    const { Code, Configuration } = await emulator.aws("lambda", "get_function", { FunctionName: name });
    expect(Code.RepositoryType).toBe("S3");
    expect(Configuration.Handler).toBe("index.handler");
    expect(differencesOf(await workspace.plan()).unexplained.map(({ address }) => address)).toEqual([]);
  });
});
