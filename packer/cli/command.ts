import { HELP, type Order, readArguments } from "./arguments";
import { build, variablesOf } from "./build";
import { manifestProblems, readManifest } from "./manifest";
import { pin } from "./pin";
import { findPacker, type Packer } from "./program";
import { type Surroundings } from "./surroundings";
import { type Image, layerFolder, nameOf, withOldTemplates } from "./templates";

/** Runs the command line and answers its exit code: 2 for a wrong call, 1 where something is wrong. */
export async function packer(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { root, terminal } = surroundings;
  if (args.includes("--help")) {
    terminal.log(HELP);
    return 0;
  }
  const problems: string[] = [];
  const order = readArguments(args, problems);
  for (const problem of problems) terminal.error(`Error: ${problem}`);
  if (problems.length > 0) {
    terminal.error("Nothing was done. Try --help.");
    return 2;
  }
  const contradictions = manifestProblems(readManifest(root));
  for (const problem of contradictions) terminal.error(`Error: versions.json: ${problem}.`);
  if (contradictions.length > 0) return 1;
  if (order.command === "pin") return pin(order, surroundings);
  const found = await findPacker(surroundings);
  if (order.command === "build") return build(order, found, surroundings);
  return order.command === "fmt" ? format(order, found, surroundings) : validate(order, found, surroundings);
}

async function format({ layers, options }: Order, { program }: Packer, { root, run, terminal }: Surroundings) {
  const check = options.has("--check") ? ["-check", "-diff"] : [];
  let worst = 0;
  for (const layer of layers) {
    const { code } = await run(program, ["fmt", ...check, "."], { folder: layerFolder(root, layer) });
    terminal.log(`${layer}: ${code === 0 ? "formatted" : "not formatted"}`);
    if (code !== 0) worst = 1;
  }
  return worst;
}

function validate(order: Order, found: Packer, surroundings: Surroundings): Promise<number> {
  const { root, terminal } = surroundings;
  if (!found.old) return validateIn(root, order, found, surroundings);
  terminal.log(`packer ${found.version} has no plugins: what the templates mark as newer is left out`);
  return withOldTemplates(root, (copy) => validateIn(copy, order, found, surroundings));
}

async function validateIn(folder: string, order: Order, { program }: Packer, { run, terminal }: Surroundings) {
  const images: Image[] = order.layers.flatMap((layer) =>
    order.distributions.flatMap((distribution) =>
      order.architectures.map((architecture) => ({ layer, distribution, architecture })),
    ),
  );
  let worst = 0;
  for (const image of images) {
    // Any id will do: nobody looks it up.
    const variables = variablesOf(image, "ami-0123456789abcdef0", order);
    const { code } = await run(program, ["validate", ...variables, "."], { folder: layerFolder(folder, image.layer) });
    terminal.log(`${nameOf(image)}: ${code === 0 ? "valid" : "not valid"}`);
    if (code !== 0) worst = 1;
  }
  return worst;
}
