import { HELP, readArguments } from "./arguments";
import { bucketIn } from "./bucket";
import { type OpenStore, type Place } from "./store";
import { Table } from "./table";
import { failed, type Outcome, upload } from "./upload";
import { keyFolder, readZips, type Zip } from "./zips";

export interface Terminal {
  log(text: string): void;
  error(text: string): void;
}

export interface Surroundings {
  /** The folder with package.json, lambda and dist. */
  readonly root: string;
  readonly open: OpenStore;
  readonly terminal: Terminal;
}

interface Published {
  readonly place: Place;
  readonly outcomes: readonly Outcome[];
}

/** Runs the command line and answers its exit code: 2 for a wrong call, 1 where something was not published. */
export async function publish(args: readonly string[], { root, open, terminal }: Surroundings): Promise<number> {
  if (args.includes("--help")) {
    terminal.log(HELP);
    return 0;
  }
  const problems: string[] = [];
  const order = readArguments(args, problems);
  const zips = readZips(root, problems);
  if (problems.length > 0) {
    for (const problem of problems) terminal.error(`Error: ${problem}`);
    terminal.error("Nothing was uploaded. Try --help.");
    return 2;
  }
  const places = order.regions.map((region) => ({ ...order, region, bucket: bucketIn(order.bucket, region) }));
  terminal.log(`Publishing ${keyFolder(root)}/`);
  const table = new Table(places, zips, (line) => terminal.log(line));
  // All regions at once; a region's rows are printed when it is done and those before it are.
  const running = places.map((place) => publishIn(place, zips, open));
  const all: Published[] = [];
  for (const region of running) {
    const published = await region;
    published.outcomes.forEach(({ result }, i) => table.row(published.place, zips[i]!, result));
    all.push(published);
  }
  return summarize(all, terminal);
}

/** Never rejects: a region that fails does not stop the others. */
async function publishIn(place: Place, zips: readonly Zip[], open: OpenStore): Promise<Published> {
  try {
    const store = open(place);
    await store.check();
    const outcomes: Outcome[] = [];
    for (const zip of zips) outcomes.push(await upload(zip, store, place));
    return { place, outcomes };
  } catch (error) {
    const outcome = failed(error instanceof Error ? error.message : String(error));
    return { place, outcomes: zips.map(() => outcome) };
  }
}

function summarize(all: readonly Published[], terminal: Terminal): number {
  const outcomes = all.flatMap((published) => published.outcomes);
  const counts = new Map<string, number>();
  for (const { result } of outcomes) counts.set(result, (counts.get(result) ?? 0) + 1);
  terminal.log([...counts].map(([result, count]) => `${count} ${result}`).join(", "));
  for (const { place, outcomes } of all) {
    // What concerns a bucket concerns all its zips, and is said once.
    const reasons = new Set(outcomes.flatMap(({ reason }) => reason ?? []));
    for (const reason of reasons) terminal.error(`Error: ${place.region}: ${reason}`);
  }
  if (outcomes.every(({ reason }) => reason === undefined)) return 0;
  if (counts.has("failed")) terminal.error("The same command again uploads only what is missing.");
  return 1;
}
