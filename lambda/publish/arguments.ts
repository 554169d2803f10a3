import { bucketIn } from "./bucket";

export const HELP = `Usage: npm run publish:lambda -- --bucket BASE --regions REGION,... [--endpoint URL]

Builds the functions and uploads their zips to a bucket in each region: BASE in
us-east-1, BASE-<region> elsewhere. The buckets must exist. A published version
is never overwritten; what is there already is left alone, so that the same call
can be repeated after a failure.

Options:
  --bucket BASE     what the buckets' names have in common (required)
  --regions A,B     the regions, separated by commas (required)
  --endpoint URL    another store than AWS's own that speaks S3
  --help            show this text

Credentials are found as every AWS tool finds them (environment, profile, role).
They need s3:ListBucket on the buckets, s3:GetObject and s3:PutObject in them.

Exit codes: 0 done, 1 something was not published, 2 wrong call.`;

export interface Order {
  readonly bucket: string;
  readonly regions: readonly string[];
  readonly endpoint: string | undefined;
}

const OPTIONS = ["--bucket", "--regions", "--endpoint"];
const LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const BUCKET = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const IP_ADDRESS = /^\d+(\.\d+){3}$/;
const SHORTEST_BUCKET = 3;
const LONGEST_BUCKET = 63;
const REGION = /^[a-z]+(-[a-z]+)+-[0-9]+$/;

/** What is wrong is added to `problems`; the order is worth something only where nothing is. */
export function readArguments(args: readonly string[], problems: string[]): Order {
  const given = split(args, problems);
  const regions = readRegions(given.get("--regions"), problems);
  const bucket = readBucket(given.get("--bucket"), regions, problems);
  return { bucket, regions, endpoint: readEndpoint(given.get("--endpoint"), problems) };
}

/** The options by name. A value that is missing is an empty text. */
function split(args: readonly string[], problems: string[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (!argument.startsWith("-")) {
      problems.push(
        `${JSON.stringify(argument)} belongs to no option: regions are separated by commas without blanks, ` +
          'and npm wants a bare "--" before the options.',
      );
      continue;
    }
    const [name = "", ...inline] = argument.split("=");
    const value = inline.length > 0 ? inline.join("=") : rest[0]?.startsWith("-") ? "" : (rest.shift() ?? "");
    if (!OPTIONS.includes(name)) problems.push(`There is no option ${name}, only ${OPTIONS.join(", ")} and --help.`);
    else if (given.has(name)) problems.push(`${name} is given more than once.`);
    given.set(name, value);
  }
  return given;
}

function readRegions(value: string | undefined, problems: string[]): string[] {
  if (!value) {
    problems.push(`${missing("--regions", value)}: give the regions, such as --regions us-east-1,eu-central-1.`);
    return [];
  }
  const regions = value.split(",");
  const refuse = (region: string, why: string) =>
    problems.push(`--regions ${value}: ${JSON.stringify(region)} ${why}.`);
  for (const region of new Set(regions)) {
    if (!REGION.test(region)) refuse(region, "is no region's name, such as eu-central-1");
    else if (regions.indexOf(region) !== regions.lastIndexOf(region)) refuse(region, "is there more than once");
  }
  return [...new Set(regions)].filter((region) => REGION.test(region));
}

function readBucket(value: string | undefined, regions: readonly string[], problems: string[]): string {
  if (!value) {
    problems.push(
      `${missing("--bucket", value)}: give what the buckets' names have in common, such as --bucket my-lambdas.`,
    );
    return "";
  }
  if (!BUCKET.test(value) || IP_ADDRESS.test(value)) {
    problems.push(
      `--bucket ${JSON.stringify(value)} must be lower-case letters, digits, dots and hyphens, ` +
        "begin and end with a letter or digit, and not look like an IP address.",
    );
    return value;
  }
  for (const name of regions.map((region) => bucketIn(value, region))) {
    if (name.length >= SHORTEST_BUCKET && name.length <= LONGEST_BUCKET) continue;
    problems.push(
      `--bucket ${value}: the bucket ${name} would have ${name.length} characters, ` +
        `and S3 allows ${SHORTEST_BUCKET} to ${LONGEST_BUCKET}.`,
    );
  }
  return value;
}

function readEndpoint(value: string | undefined, problems: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (value === "")
    problems.push("--endpoint has no value: give an address, such as --endpoint https://s3.example.com.");
  else if (!isAddress(value))
    problems.push(
      `--endpoint ${JSON.stringify(value)} must be http:// or https:// with a host and at most a port, ` +
        "such as https://s3.example.com.",
    );
  return value;
}

function isAddress(value: string): boolean {
  if (!/^https?:\/\/[^/]/.test(value) || !URL.canParse(value)) return false;
  const { pathname, search, hash, username, password } = new URL(value);
  return pathname === "/" && `${search}${hash}${username}${password}` === "";
}

function missing(option: string, value: string | undefined): string {
  return value === undefined ? `${option} is missing` : `${option} has no value`;
}
