import { publish } from "../../../lambda/publish/command";
import type { OpenStore } from "../../../lambda/publish/store";
import { FakeS3 } from "../../harness/fake-s3";
import { PublishRoot } from "../../harness/publish-root";

const REGIONS = ["us-east-1", "eu-west-1", "ap-south-1"];
const BUCKETS = ["lambdas", "lambdas-eu-west-1", "lambdas-ap-south-1"];
const RIGHT = `--bucket lambdas --regions ${REGIONS.join(",")}`;

let root: PublishRoot;
let s3: FakeS3;

beforeEach(() => {
  root = new PublishRoot().function("one").function("two", "2".repeat(2048));
  s3 = new FakeS3();
});

afterEach(() => root.remove());

function addBuckets(...regions: readonly string[]): void {
  for (const region of regions) s3.add(BUCKETS[REGIONS.indexOf(region)]!, region);
}

async function run(line = RIGHT, open: OpenStore = s3.open) {
  const out: string[] = [];
  const errors: string[] = [];
  const terminal = { log: (text: string) => out.push(text), error: (text: string) => errors.push(text) };
  const code = await publish(line.split(" "), { root: root.path, open, terminal });
  return { code, out, errors, results: out.slice(2, -1).map((row) => row.split(/ {2,}/).at(-1)) };
}

test("every zip goes to every region's bucket, the first one's without suffix, and a table says so", async () => {
  addBuckets(...REGIONS);
  const { code, out, errors } = await run();
  expect({ code, errors }).toEqual({ code: 0, errors: [] });
  expect(out).toEqual([
    "Publishing ours/v1.2.3/",
    "region      bucket              function    size  result",
    "us-east-1   lambdas             one       0.0 KB  uploaded",
    "us-east-1   lambdas             two       2.0 KB  uploaded",
    "eu-west-1   lambdas-eu-west-1   one       0.0 KB  uploaded",
    "eu-west-1   lambdas-eu-west-1   two       2.0 KB  uploaded",
    "ap-south-1  lambdas-ap-south-1  one       0.0 KB  uploaded",
    "ap-south-1  lambdas-ap-south-1  two       2.0 KB  uploaded",
    "6 uploaded",
  ]);
  for (const bucket of BUCKETS)
    expect([...s3.buckets.get(bucket)!.objects.keys()]).toEqual(["ours/v1.2.3/one.zip", "ours/v1.2.3/two.zip"]);
});

test("one region's failure does not stop the others, is said once, and makes the exit code 1", async () => {
  addBuckets("us-east-1", "ap-south-1");
  const { code, results, out, errors } = await run();
  expect(code).toBe(1);
  expect(results).toEqual(["uploaded", "uploaded", "failed", "failed", "uploaded", "uploaded"]);
  expect(out.at(-1)).toBe("4 uploaded, 2 failed");
  expect(errors).toEqual([
    "Error: eu-west-1: there is no bucket lambdas-eu-west-1",
    "The same command again uploads only what is missing.",
  ]);
});

test("the same command again uploads only what is missing", async () => {
  addBuckets("us-east-1", "ap-south-1");
  await run();
  addBuckets("eu-west-1");
  s3.buckets.get("lambdas")?.objects.delete("ours/v1.2.3/two.zip");
  const { code, results, out } = await run();
  expect(code).toBe(0);
  expect(results).toEqual(["already there", "uploaded", "uploaded", "uploaded", "already there", "already there"]);
  expect(out.at(-1)).toBe("3 already there, 3 uploaded");
});

test("a zip that differs is refused where it was published, exits with 1 and promises nothing of another try", async () => {
  addBuckets(...REGIONS);
  await run("--bucket lambdas --regions us-east-1");
  root.function("one", "changed");
  const { code, results, errors } = await run();
  expect(code).toBe(1);
  expect(results.slice(0, 3)).toEqual(["refused", "already there", "uploaded"]);
  expect(errors).toEqual([
    expect.stringMatching(/^Error: us-east-1: s3:\/\/lambdas\/ours\/v1\.2\.3\/one\.zip is published/),
  ]);
});

test("a raised version is published beside the old one", async () => {
  addBuckets("us-east-1");
  const line = "--bucket lambdas --regions us-east-1";
  await run(line);
  root.version("1.3.0").function("one", "changed");
  expect((await run(line)).results).toEqual(["uploaded", "uploaded"]);
  expect(s3.buckets.get("lambdas")?.objects.size).toBe(4);
});

test("a bucket that is of no use is asked for nothing more", async () => {
  const more = () => Promise.reject(new Error("asked for more"));
  const check = () => Promise.reject(new Error("no store"));
  const { code, errors } = await run(undefined, () => ({ check, hashOf: more, create: more }));
  expect(code).toBe(1);
  expect(errors.slice(0, -1)).toEqual(REGIONS.map((region) => `Error: ${region}: no store`));
});

test("the endpoint reaches the store", async () => {
  addBuckets("us-east-1");
  const seen: unknown[] = [];
  await run("--bucket lambdas --regions us-east-1 --endpoint http://s3.test", (place) => {
    seen.push(place.endpoint);
    return s3.open(place);
  });
  expect(seen).toEqual(["http://s3.test"]);
});

test("everything that is wrong with the call and the zips is said at once, and nothing is uploaded", async () => {
  root.write("lambda/three/handler.ts", "");
  const { code, out, errors } = await run("--bucket lambdas --regions us-east-1,nowhere", () => {
    throw new Error("opened");
  });
  expect({ code, out }).toEqual({ code: 2, out: [] });
  expect(errors).toEqual([
    expect.stringMatching(/^Error: --regions us-east-1,nowhere: "nowhere" is no region/),
    'Error: Missing: dist/lambda/three.zip. Run "npm run build:lambda".',
    "Nothing was uploaded. Try --help.",
  ]);
});

test("--help explains the options, the rights and the exit codes, whatever else is there", async () => {
  const { code, out, errors } = await run("--nonsense --help");
  expect({ code, errors }).toEqual({ code: 0, errors: [] });
  for (const part of ["--bucket BASE", "--regions A,B", "--endpoint URL", "s3:PutObject", "Exit codes"])
    expect(out.join("\n")).toContain(part);
});
