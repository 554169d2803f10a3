import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishCommand } from "../../../programs/publish/command";
import { lambdaKey } from "../../../src/aws/function-code";
import { run } from "../../../src/cli/command-line";
import { FakeS3Api } from "../../harness/fake-s3-api";

const REGIONS = ["us-east-1", "eu-west-1", "ap-south-1"];
const BUCKETS = ["lambdas", "lambdas-eu-west-1", "lambdas-ap-south-1"];
const RIGHT = `--bucket lambdas --regions ${REGIONS.join(",")}`;
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

let root: string;
let api: FakeS3Api;
let endpoint: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "publish-"));
  for (const name of ["one", "two"]) {
    mkdirSync(join(root, "lambda", name), { recursive: true });
    writeFileSync(join(root, "lambda", name, "handler.ts"), "");
    build(name, `zip of ${name}`);
  }
  api = new FakeS3Api();
  endpoint = await api.start();
});

afterEach(async () => {
  rmSync(root, { recursive: true });
  await api.stop();
});

function build(name: string, content: string): void {
  mkdirSync(join(root, "dist/lambda"), { recursive: true });
  writeFileSync(join(root, "dist/lambda", `${name}.zip`), content);
}

const addBuckets = (...regions: readonly string[]) =>
  regions.map((region) => api.add(BUCKETS[REGIONS.indexOf(region)]!, region));

async function call(line: string) {
  const out: string[] = [];
  const errors: string[] = [];
  const output = { log: (text: string) => out.push(text), error: (text: string) => errors.push(text) };
  const code = await run(publishCommand(root, output, { credentials, maxAttempts: 1 }), line.split(" "), output);
  return { code, out, errors, results: out.map((row) => row.split(/ {2,}/).at(-1)) };
}

const publish = (line = RIGHT) => call(`${line} --endpoint ${endpoint}`);

test("every zip goes to every region's bucket, the first one's without suffix, and a table says so", async () => {
  const buckets = addBuckets(...REGIONS);
  expect(await publish()).toMatchObject({
    code: 0,
    errors: [],
    out: [
      "us-east-1   lambdas             one  uploaded",
      "us-east-1   lambdas             two  uploaded",
      "eu-west-1   lambdas-eu-west-1   one  uploaded",
      "eu-west-1   lambdas-eu-west-1   two  uploaded",
      "ap-south-1  lambdas-ap-south-1  one  uploaded",
      "ap-south-1  lambdas-ap-south-1  two  uploaded",
    ],
  });
  for (const objects of buckets) expect([...objects.keys()].sort()).toEqual(["one", "two"].map(lambdaKey));
});

test("one region's failure does not stop the others, is printed once, and makes the exit code 1", async () => {
  addBuckets("us-east-1", "ap-south-1");
  const { code, results, errors } = await publish();
  expect(code).toBe(1);
  expect(results).toEqual(["uploaded", "uploaded", "failed", "failed", "uploaded", "uploaded"]);
  expect(errors).toEqual([
    "eu-west-1: there is no bucket lambdas-eu-west-1: create it in eu-west-1.",
    "Error: 2 of 6 zips were not published. The same command again uploads what is missing.",
  ]);
});

test("the same command again uploads only what is missing", async () => {
  const [first] = addBuckets("us-east-1", "ap-south-1");
  await publish();
  addBuckets("eu-west-1");
  first!.delete(lambdaKey("two"));
  const { code, results } = await publish();
  expect(code).toBe(0);
  expect(results).toEqual(["already there", "uploaded", "uploaded", "uploaded", "already there", "already there"]);
});

test("a zip that differs is refused where it was published, exits with 1 and promises nothing of another try", async () => {
  addBuckets(...REGIONS);
  await publish("--bucket lambdas --regions us-east-1");
  build("one", "changed");
  const { code, results, errors } = await publish();
  expect(code).toBe(1);
  expect(results.slice(0, 3)).toEqual(["refused", "already there", "uploaded"]);
  expect(errors).toEqual([
    expect.stringContaining(`us-east-1: s3://lambdas/${lambdaKey("one")} is published with other content`),
    "Error: 1 of 6 zips were not published.",
  ]);
});

test("a region that is named twice is one region", async () => {
  addBuckets("us-east-1");
  const { results } = await publish("--bucket lambdas --regions us-east-1,us-east-1 --regions us-east-1");
  expect(results).toEqual(["uploaded", "uploaded"]);
});

test.each(["us-gov-west-1", "ap-southeast-7", "us-iso-east-1", "cn-northwest-1", "mx-central-1"])(
  "%s is a region",
  async (region) => {
    api.add(`lambdas-${region}`, region);
    expect(await publish(`--bucket lambdas --regions ${region}`)).toMatchObject({ code: 0 });
  },
);

const base = "b".repeat(50);

test.each<[string, RegExp]>([
  [`${RIGHT} --bukket x`, /unknown option '--bukket'\. Did you mean --bucket\?/],
  [`${RIGHT} us-west-2`, /"us-west-2" belongs to no option/],
  ["--regions us-east-1", /required option '--bucket <BASE>' not specified/],
  ["--bucket base", /required option '--regions <A,B>' not specified/],
  ["--regions us-east-1 --bucket", /option '--bucket <BASE>' argument missing/],
  ["--bucket --regions us-east-1", /'--bucket <BASE>' argument '--regions' is invalid\. It must be lower-case/],
  ["--bucket= --regions us-east-1", /'--bucket <BASE>' argument '' is invalid\. It must be lower-case/],
  ["--bucket Ours --regions us-east-1", /argument 'Ours' is invalid\. It must be lower-case/],
  ["--bucket ab --regions us-east-1", /the bucket ab has 2 characters, S3 allows 3 to 63/],
  [`--bucket ${base} --regions us-east-1,ap-southeast-1`, /bucket b+-ap-southeast-1 has 65 characters, .* 3 to 63/],
  ["--bucket base --regions eu-west-1,,us-east-1", /argument 'eu-west-1,,us-east-1' is invalid\. It must be a region/],
  ["--bucket base --regions eu_west", /argument 'eu_west' is invalid\. It must be a region such as eu-central-1/],
  ["--bucket base --regions eu-west-1a", /argument 'eu-west-1a' is invalid\. It must be a region/],
  [`${RIGHT} --endpoint localhost:80`, /argument 'localhost:80' is invalid\. It must be an address such as https:/],
  [`${RIGHT} --endpoint s3://bucket`, /argument 's3:\/\/bucket' is invalid\. It must be an address/],
  [`${RIGHT} --endpoint http://s3.test:99999`, /It must be an address/],
])("%s is refused in one sentence, with code 2, and nothing is uploaded", async (line, message) => {
  const { code, out, errors } = await call(line);
  expect({ code, out, errors }).toEqual({
    code: 2,
    out: [],
    errors: [expect.stringMatching(message), expect.stringMatching(/^Try --help/)],
  });
  expect(errors[0]).toMatch(/^Error: [^\n]*$/);
  expect(api.requests).toEqual([]);
});

test("without the zips nothing is uploaded, and the error says what to run", async () => {
  rmSync(join(root, "dist/lambda/two.zip"));
  addBuckets("us-east-1");
  const { code, errors } = await publish("--bucket lambdas --regions us-east-1");
  expect({ code, errors }).toEqual({
    code: 1,
    errors: ['Error: Missing: dist/lambda/two.zip. Run "npm run build:lambda".'],
  });
  expect(api.requests).toEqual([]);
});

test("--help explains the options, the permissions and the exit codes, and shows an example", async () => {
  const { code, out, errors } = await call("--help");
  expect({ code, errors }).toEqual({ code: 0, errors: [] });
  for (const part of [
    "--bucket <BASE>",
    "--regions <A,B>",
    "--endpoint <URL>",
    "s3:PutObject",
    "Exit codes",
    "Example",
  ])
    expect(out.join("\n")).toContain(part);
});
