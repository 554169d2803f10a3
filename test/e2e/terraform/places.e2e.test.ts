import { readFileSync } from "node:fs";
import { lambdaKey } from "../../../src/aws/function-code";
import { releasedScalerKey } from "../../../src/elastic-ci-stack/scaler/released-scaler";
import { packaged } from "../../../src/package";
import { noSecrets, runningInstances } from "../../harness/configuration";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { differencesOf } from "../../harness/emulator-differences";
import { type Mode, type Root, writeRoot } from "../../harness/roots";
import { Workspace } from "../../harness/terraform";

const modes: readonly { readonly mode: Mode }[] = [{ mode: "module" }, { mode: "construct" }];
const token = { buildkite_agent_token: "t" };

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

const BUCKET = "lambdas-of-ours";

/** Three that live side by side, so that what each is about needs no root of its own. */
const stacks = {
  builders: { ...token, ...noSecrets, ...runningInstances, enable_scheduled_scaling: true, scale_up_min_size: 2 },
  uploaders: { ...token, ...noSecrets },
  deploy: { ...token, ...noSecrets, lambda_bucket: BUCKET, scaler_implementation: "typescript" },
};

const ways = [
  { mode: "module", way: "by for_each in HCL" },
  { mode: "construct", way: "as constructs" },
] as const;

describe.each(ways)("three stacks in one root, $way", ({ mode }) => {
  let emulator: Emulator;
  let workspace: Workspace;
  let outputs: Record<string, unknown>;

  beforeAll(async () => {
    emulator = await startEmulator();
    workspace = await Workspace.create({ env: emulator.env });
    await emulator.seedScalerBucket(emulator.region, releasedScalerKey("x86_64"));
    await uploadFunctions(emulator);
    const named = Object.entries(stacks).map(([name, inputs]) => [
      name,
      { ...inputs, stack_name: name, buildkite_queue: name },
    ]);
    if (mode === "construct") writeRoot(workspace, mode, { stacks: Object.fromEntries(named) });
    else writeForEach(workspace, Object.fromEntries(named));
    await workspace.init();
    outputs = await workspace.apply();
  });

  afterAll(async () => {
    workspace.remove();
    await emulator.stop();
  });

  test("they are applied side by side", () => {
    for (const name of Object.keys(stacks))
      expect(outputs[`${name}_auto_scaling_group_name`]).toMatch(new RegExp(`^${name}-[0-9a-f]{8}-asg$`));
  });

  test("with lambda_bucket the functions' code comes from there", async () => {
    const FunctionName = outputs["deploy_scaler_lambda_function_name"];
    const { Code, Configuration } = await emulator.aws("lambda", "get_function", { FunctionName });
    expect(Code.RepositoryType).toBe("S3");
    expect(Configuration.Handler).toBe("index.handler");
  });

  test("they stay as they are, and a schedule that has raised the minimum is not undone by the next apply", async () => {
    const AutoScalingGroupName = outputs["builders_auto_scaling_group_name"];
    await emulator.aws("autoscaling", "update_auto_scaling_group", { AutoScalingGroupName, MinSize: 2 });
    const { unexplained } = differencesOf(await workspace.plan());
    expect(unexplained.map(({ address }) => address)).toEqual([]);
  });

  test("destroyed, they leave nothing", async () => {
    await workspace.destroy();
    expect(await emulator.resources()).toEqual([`aws_s3_bucket ${BUCKET}`]);
  });
});

function writeForEach(workspace: Workspace, named: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
  writeRoot(workspace, "module", { stacks: {} });
  const inputs = new Set(Object.values(named).flatMap(Object.keys));
  const names = ["auto_scaling_group_name", "scaler_lambda_function_name"];
  const outputs = Object.keys(named).flatMap((stack) =>
    names.map((name) => [`${stack}_${name}`, { value: `\${module.ci["${stack}"].${name}}` }] as const),
  );
  workspace.write("main.tf.json", {
    provider: { aws: { s3_use_path_style: true } },
    locals: { stacks: named },
    module: {
      ci: {
        source: "./module",
        for_each: "${local.stacks}",
        ...Object.fromEntries([...inputs].map((input) => [input, `\${try(each.value.${input}, null)}`])),
      },
    },
    output: Object.fromEntries(outputs),
  });
}

async function uploadFunctions(emulator: Emulator): Promise<void> {
  await emulator.aws("s3", "create_bucket", { Bucket: BUCKET });
  for (const name of ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"])
    await emulator.upload(BUCKET, lambdaKey(name), readFileSync(packaged("dist", "lambda", `${name}.zip`)));
}
