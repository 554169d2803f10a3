import { type Command } from "commander";
import { layerFolder, layerOption } from "./images";
import { type Layer, LAYERS } from "./manifest";
import { type Ports } from "./ports";
import { findPacker } from "./program";

interface Options {
  readonly layer?: Layer;
  readonly check?: boolean;
}

export function addFormat(program: Command, ports: Ports): void {
  program
    .command("fmt")
    .summary("format the templates")
    .description("Formats the templates.")
    .addOption(layerOption("only this layer"))
    .option("--check", "write nothing, and fail if there is work")
    .addHelpText("after", "\nExample:\n  npm run packer -- fmt --check")
    .action((options: Options) => format(options, ports));
}

async function format({ layer, check }: Options, { root, run, output }: Ports): Promise<void> {
  const packer = await findPacker(run);
  const failed: Layer[] = [];
  for (const one of layer ? [layer] : LAYERS) {
    const args = ["fmt", ...(check ? ["-check", "-diff"] : []), "."];
    const { code } = await run(packer, args, { folder: layerFolder(root, one) });
    output.log(`${one}: ${code === 0 ? "formatted" : "not formatted"}`);
    if (code !== 0) failed.push(one);
  }
  if (failed.length > 0) throw new Error(`not formatted: ${failed.join(", ")}.`);
}
