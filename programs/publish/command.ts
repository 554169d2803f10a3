import { type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Command, InvalidArgumentError } from "commander";
import { commandLine, listOf, matching, type Output, REGION } from "../../src/cli/command-line";
import { type Outcome, type Destination, publishIn } from "./upload";
import { readZips, type Zip } from "./zips";

interface Options {
  readonly bucket: string;
  readonly regions: readonly string[];
  readonly endpoint?: string;
}

/** The command; `root` is the folder of the package with the functions and their zips. */
export function publishCommand(root: string, output: Output, settings: S3ClientConfig = {}): Command {
  return commandLine("npm run publish:lambda --")
    .description(
      "Builds the functions and uploads their zips to a bucket in each region: BASE in us-east-1, " +
        "BASE-<region> elsewhere. The buckets must exist. What is published already stays as it is, so that " +
        "the same call can be repeated after a failure.",
    )
    .usage("--bucket BASE --regions A,B [options]")
    .requiredOption(
      "--bucket <BASE>",
      "what the buckets' names have in common (required)",
      matching(/^[a-z0-9][a-z0-9.-]*$/, "lower-case letters, digits, dots and hyphens, such as my-lambdas"),
    )
    .requiredOption(
      "--regions <A,B>",
      "the regions, separated by commas (required)",
      listOf(REGION, "a region such as eu-central-1"),
    )
    .option("--endpoint <URL>", "another store than AWS's own that speaks S3 (default: AWS)", endpoint)
    .addHelpText(
      "after",
      "\nExample:\n  npm run publish:lambda -- --bucket my-lambdas --regions us-east-1,eu-central-1",
    )
    .addHelpText("after", "\nCredentials are found as every AWS tool finds them (environment, profile, role).")
    .addHelpText("after", "They need s3:PutObject and s3:GetObject in the buckets.")
    .addHelpText("after", "\nExit codes: 0 done, 1 something was not published, 2 wrong call.")
    .action(async ({ bucket: base, regions, endpoint: address }: Options, command: Command) => {
      const places = regions.map((region) => ({ region, bucket: bucketIn(base, region) }));
      for (const { bucket } of places)
        if (bucket.length < 3 || bucket.length > 63)
          command.error(`--bucket ${base}: the bucket ${bucket} has ${bucket.length} characters, S3 allows 3 to 63.`);
      // Other S3 implementations rarely support the bucket in the host name.
      const store = address === undefined ? {} : { endpoint: address, forcePathStyle: true };
      await publish(places, readZips(root), { ...store, ...settings }, output);
    });
}

/** Name of a region's bucket, as Buildkite names its own: the first region has no suffix. */
function bucketIn(base: string, region: string): string {
  return region === "us-east-1" ? base : `${base}-${region}`;
}

function endpoint(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("It must be an address such as https://s3.example.com.");
}

async function publish(
  places: readonly Destination[],
  zips: readonly Zip[],
  settings: S3ClientConfig,
  output: Output,
): Promise<void> {
  const columns = [
    places.map(({ region }) => region),
    places.map(({ bucket }) => bucket),
    zips.map(({ name }) => name),
  ];
  const widths = columns.map((texts) => Math.max(...texts.map((text) => text.length)));
  // All regions in parallel; their lines are printed in the order of the options.
  const running = places.map((place) => publishIn(place, zips, settings));
  const all: Outcome[] = [];
  for (const [i, { region, bucket }] of places.entries()) {
    const outcomes = await running[i]!;
    for (const [j, { result }] of outcomes.entries())
      output.log([region, bucket, zips[j]!.name, result].map((cell, k) => cell.padEnd(widths[k] ?? 0)).join("  "));
    // A failure of the bucket is the same for all its zips, and printed once.
    for (const reason of new Set(outcomes.flatMap(({ reason }) => reason ?? []))) output.error(`${region}: ${reason}`);
    all.push(...outcomes);
  }
  const missing = all.filter(({ reason }) => reason !== undefined);
  if (missing.length === 0) return;
  const again = missing.some(({ result }) => result === "failed")
    ? " The same command again uploads what is missing."
    : "";
  throw new Error(`${missing.length} of ${all.length} zips were not published.${again}`);
}
