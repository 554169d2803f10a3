import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_REGION, type Order } from "./arguments";
import { readManifest, unpinned } from "./manifest";
import { type Packer } from "./program";
import { type Surroundings } from "./surroundings";
import { type Image, layerFolder, nameOf, variable } from "./templates";

/** AMI ids by region. */
type Result = ReadonlyMap<string, string>;

/** Variables of the templates by the options that give them. */
const COMMON = { "--build-number": "build_number", "--instance-type": "instance_type", "--subnet": "subnet_id" };
const LISTS = { "--copy-to": "ami_regions", "--share-with": "ami_users" };
const SWITCHES = { "--public": "ami_public", "--released": "is_released" };

export async function build(order: Order, packer: Packer, surroundings: Surroundings): Promise<number> {
  const { root, terminal } = surroundings;
  if (packer.old) {
    terminal.error(`Error: packer ${packer.version} is too old to build: it takes 1.10 or later.`);
    return 1;
  }
  const [distribution, architecture] = [order.distributions[0]!, order.architectures[0]!];
  const missing = unpinned(readManifest(root), order.layers, distribution, architecture);
  if (missing.length > 0) {
    for (const problem of missing) terminal.error(`Error: ${problem}.`);
    terminal.error("Nothing was built. npm run packer -- pin fills versions.json from the vendors.");
    return 1;
  }
  let base = order.options.get("--base-ami") ?? "";
  for (const layer of order.layers) {
    const image = { layer, distribution, architecture };
    const result = await buildImage(image, base, order, packer, surroundings);
    if (!result) {
      terminal.error(`Error: ${nameOf(image)} was not built.`);
      return 1;
    }
    for (const [region, id] of result) terminal.log(`${nameOf(image)}: ${region} ${id}`);
    if (layer === "stack") for (const line of inputsFor(image, result)) terminal.log(line);
    base = result.get(regionOf(order)) ?? "";
  }
  return 0;
}

/** What to give the stack so that it runs the image. */
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
  order: Order,
  { program }: Packer,
  { root, run, terminal }: Surroundings,
): Promise<Result | undefined> {
  const folder = layerFolder(root, image.layer);
  const resultFile = join(root, "build/packer", `${nameOf(image).replaceAll(" ", "-")}.json`);
  mkdirSync(join(root, "build/packer"), { recursive: true });
  // Packer adds to an older result.
  rmSync(resultFile, { force: true });
  terminal.log(`Building ${nameOf(image)}`);
  const variables = [...variablesOf(image, base, order), ...variable("result", resultFile)];
  for (const args of [
    ["init", "."],
    ["build", ...variables, "."],
  ])
    if ((await run(program, args, { folder })).code !== 0) return undefined;
  return readResult(readFileSync(resultFile, "utf8"));
}

/** Packer's manifest names the last build's images as region:id,region:id. */
export function readResult(text: string): Result {
  const { builds } = JSON.parse(text) as { builds: readonly { artifact_id: string }[] };
  const ids = builds.at(-1)?.artifact_id ?? "";
  return new Map(ids.split(",").map((pair) => pair.split(":") as [string, string]));
}

export function variablesOf({ layer, distribution, architecture }: Image, base: string, order: Order): string[] {
  const { options } = order;
  const given = (names: Readonly<Record<string, string>>, write: (value: string) => string): string[] =>
    Object.entries(names).flatMap(([option, name]) => {
      const value = options.get(option);
      return value === undefined ? [] : variable(name, write(value));
    });
  const variables = [
    ...variable("distribution", distribution),
    ...variable("architecture", architecture),
    ...variable("region", regionOf(order)),
    ...given(COMMON, (value) => value),
  ];
  if (layer === "base") return variables;
  return [
    ...variables,
    ...variable("base_ami_id", base),
    ...given(LISTS, (value) => JSON.stringify(value.split(","))),
    ...given(SWITCHES, () => "true"),
  ];
}

function regionOf({ options }: Order): string {
  return options.get("--region") ?? DEFAULT_REGION;
}
