import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Command } from "commander";
import { listOf, matching, REGION } from "../../src/cli/command-line";
import {
  architectureOption,
  distributionOption,
  type Image,
  layerFolder,
  layerOption,
  nameOf,
  checkedManifest,
  variables,
} from "./images";
import { type Architecture, type Distribution, type Layer, LAYERS, unpinned } from "./manifest";
import { type Ports } from "./ports";
import { findPacker } from "./program";

interface Options {
  readonly distribution: Distribution;
  readonly architecture: Architecture;
  readonly layer?: Layer;
  readonly baseAmi?: string;
  readonly region: string;
  readonly copyTo?: readonly string[];
  readonly shareWith?: readonly string[];
  readonly public?: boolean;
  readonly released?: boolean;
  readonly buildNumber?: string;
  readonly instanceType?: string;
  readonly subnet?: string;
}

/** AMI ids by region. */
type Result = ReadonlyMap<string, string>;

export function addBuild(program: Command, ports: Ports): void {
  program
    .command("build")
    .summary("build an image in AWS")
    .description(
      "Builds an image in AWS: both layers, or one of them with --layer or --base-ami. AWS credentials are " +
        "found as every AWS tool finds them.",
    )
    .usage("--distribution NAME --architecture NAME [options]")
    .addOption(distributionOption("what the image is made from (required)").makeOptionMandatory())
    .addOption(architectureOption("of the image (required)").makeOptionMandatory())
    .addOption(layerOption("only this layer, instead of both"))
    .option(
      "--base-ami <ID>",
      "make only the stack layer, on this image",
      matching(/^ami-[0-9a-f]+$/, "ami-0123456789abcdef0 or the like"),
    )
    .option("--region <REGION>", "where to build", matching(REGION, "a region such as eu-central-1"), "us-east-1")
    .option(
      "--copy-to <A,B>",
      "regions that the stack's image is copied to",
      listOf(REGION, "a region such as eu-central-1"),
    )
    .option(
      "--share-with <A,B>",
      "accounts that may use it besides",
      listOf(/^[0-9]{12}$/, "an account of twelve digits"),
    )
    .option("--public", "everybody may use it")
    .option("--released", "mark it as released")
    .option(
      "--build-number <TEXT>",
      "a tag of the images",
      matching(/^[\w.-]{1,64}$/, "1 to 64 letters, digits, _ . or -"),
    )
    .option(
      "--instance-type <TYPE>",
      "of the builder (default: m7a.xlarge, for arm64 m7g.xlarge)",
      matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as m7a.xlarge"),
    )
    .option(
      "--subnet <ID>",
      "of the builder (default: one of the default VPC)",
      matching(/^subnet-[0-9a-f]+$/, "subnet-0123456789abcdef0 or the like"),
    )
    .addHelpText(
      "after",
      "\nExample:\n  npm run packer -- build --distribution ubuntu2404 --architecture arm64 \\\n" +
        "    --region eu-west-1 --copy-to eu-central-1",
    )
    .action(async (options: Options, command: Command) => {
      if (options.layer === "stack" && options.baseAmi === undefined)
        command.error("the stack layer needs an image of the base layer: give --base-ami, or leave --layer out.");
      if (options.layer === "base" && options.baseAmi !== undefined)
        command.error("--base-ami is for the stack layer: leave it or --layer base out.");
      await build(options, ports);
    });
}

async function build(options: Options, ports: Ports): Promise<void> {
  const { output, run } = ports;
  const { distribution, architecture, layer, baseAmi } = options;
  const layers = baseAmi !== undefined ? (["stack"] as const) : layer ? [layer] : LAYERS;
  const missing = unpinned(checkedManifest(ports), layers, distribution, architecture);
  for (const problem of missing) output.error(`versions.json: ${problem}.`);
  if (missing.length > 0)
    throw new Error("nothing was built. npm run packer -- pin fills versions.json from the vendors.");
  const packer = await findPacker(run);
  let base = baseAmi ?? "";
  for (const one of layers) {
    const image = { layer: one, distribution, architecture };
    const result = await buildImage(image, base, options, packer, ports);
    for (const [region, id] of result) output.log(`${nameOf(image)}: ${region} ${id}`);
    if (one === "stack") for (const line of inputsFor(image, result)) output.log(line);
    base = result.get(options.region) ?? "";
  }
}

/** The stack's inputs for the image. */
function inputsFor({ distribution, architecture }: Image, result: Result): string[] {
  return [
    "Give the stack these inputs:",
    ...[...result].map(([region, id]) => `  image_id = "${id}"  # in ${region}`),
    ...(distribution === "ubuntu2404"
      ? ['  linux_distribution = "ubuntu2404"  # for the name of the root device']
      : []),
    ...(architecture === "arm64" ? ['  instance_types = "m7g.large"  # or others, all with ARM processors'] : []),
  ];
}

async function buildImage(
  image: Image,
  base: string,
  options: Options,
  packer: string,
  { root, run, output }: Ports,
): Promise<Result> {
  const folder = layerFolder(root, image.layer);
  const resultFile = join(root, "build/packer", `${nameOf(image).replaceAll(" ", "-")}.json`);
  mkdirSync(join(root, "build/packer"), { recursive: true });
  // Packer appends to an older result.
  rmSync(resultFile, { force: true });
  output.log(`Building ${nameOf(image)}`);
  const given = [...variablesOf(image, base, options), ...variables({ result: resultFile })];
  for (const args of [
    ["init", "."],
    ["build", ...given, "."],
  ])
    if ((await run(packer, args, { folder })).code !== 0) throw new Error(`${nameOf(image)} was not built.`);
  return readResult(readFileSync(resultFile, "utf8"));
}

/** Packer's manifest names the last build's images as region:id,region:id. */
function readResult(text: string): Result {
  const { builds } = JSON.parse(text) as { builds: readonly { artifact_id: string }[] };
  const ids = builds.at(-1)?.artifact_id ?? "";
  return new Map(ids.split(",").map((pair) => pair.split(":") as [string, string]));
}

/** The templates' variables. One that is not given is left out: the templates have defaults. */
function variablesOf({ layer, distribution, architecture }: Image, base: string, options: Options): string[] {
  const { region, buildNumber, instanceType, subnet, copyTo, shareWith } = options;
  return variables({
    distribution,
    architecture,
    region,
    ...(buildNumber !== undefined && { build_number: buildNumber }),
    ...(instanceType !== undefined && { instance_type: instanceType }),
    ...(subnet !== undefined && { subnet_id: subnet }),
    ...(layer === "stack" && {
      base_ami_id: base,
      ...(copyTo && { ami_regions: JSON.stringify(copyTo) }),
      ...(shareWith && { ami_users: JSON.stringify(shareWith) }),
      ...(options.public && { ami_public: "true" }),
      ...(options.released && { is_released: "true" }),
    }),
  });
}
