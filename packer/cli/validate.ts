import { type Command } from "commander";
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
import { type Architecture, ARCHITECTURES, type Distribution, DISTRIBUTIONS, type Layer, LAYERS } from "./manifest";
import { type Ports } from "./ports";
import { findPacker } from "./program";

interface Options {
  readonly layer?: Layer;
  readonly distribution?: Distribution;
  readonly architecture?: Architecture;
}

export function addValidate(program: Command, ports: Ports): void {
  program
    .command("validate")
    .summary("check templates and versions")
    .description(
      "Checks templates and versions. It needs nothing of AWS, and the network only where Packer's plugin " +
        "for AWS is not installed yet.",
    )
    .addOption(layerOption("only this layer"))
    .addOption(distributionOption("only this distribution"))
    .addOption(architectureOption("only this architecture"))
    .addHelpText("after", "\nExample:\n  npm run packer -- validate --layer stack")
    .action((options: Options) => validate(options, ports));
}

async function validate({ layer, distribution, architecture }: Options, ports: Ports): Promise<void> {
  const { root, run, output } = ports;
  checkedManifest(ports);
  const packer = await findPacker(run);
  const failed: string[] = [];
  for (const one of layer ? [layer] : LAYERS) {
    const folder = layerFolder(root, one);
    if ((await run(packer, ["init", "."], { folder })).code !== 0)
      throw new Error(`packer init did not get the plugin that ${folder} needs.`);
    for (const image of imagesOf(one, distribution, architecture)) {
      const { code } = await run(packer, ["validate", ...variablesOf(image), "."], { folder });
      output.log(`${nameOf(image)}: ${code === 0 ? "valid" : "not valid"}`);
      if (code !== 0) failed.push(nameOf(image));
    }
  }
  if (failed.length > 0) throw new Error(`not valid: ${failed.join(", ")}.`);
}

function imagesOf(layer: Layer, distribution?: Distribution, architecture?: Architecture): Image[] {
  const [distributions, architectures] = [
    distribution ? [distribution] : DISTRIBUTIONS,
    architecture ? [architecture] : ARCHITECTURES,
  ];
  return distributions.flatMap((one) => architectures.map((two) => ({ layer, distribution: one, architecture: two })));
}

function variablesOf({ layer, distribution, architecture }: Image): string[] {
  // Any region and id will do: validate does not look them up.
  const base: Record<string, string> = layer === "stack" ? { base_ami_id: "ami-0123456789abcdef0" } : {};
  return variables({ distribution, architecture, region: "us-east-1", ...base });
}
