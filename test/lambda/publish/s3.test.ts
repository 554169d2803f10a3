import { type Limits, S3Store } from "../../../lambda/publish/s3";
import type { Place, Store } from "../../../lambda/publish/store";
import { sha256 } from "../../harness/fake-s3";
import type { Fault } from "../../harness/fake-s3-api";
import { FakeS3Api, s3Error } from "../../harness/fake-s3-api";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const LIMITS: Limits = { attempts: 1, connectMs: 10_000, attemptMs: 10_000, totalMs: 20_000 };
/** For a store that stops answering. */
const IMPATIENT = { attemptMs: 300, totalMs: 1_000 };
const KEY = "ours/v1/one.zip";
const content = Buffer.from("the zip");
const zip = { name: "one", key: KEY, content, hash: sha256(content) };

let api: FakeS3Api;
let endpoint: string;

beforeEach(async () => {
  api = new FakeS3Api();
  endpoint = await api.start();
  api.s3.add("lambdas", "eu-west-1");
});

afterEach(() => api.stop());

const place = (changes: Partial<Place> = {}): Place => ({
  region: "eu-west-1",
  bucket: "lambdas",
  endpoint,
  ...changes,
});
const driver = (changes: Partial<Place> = {}, limits: Partial<Limits> = {}): Store =>
  new S3Store(place(changes), { ...LIMITS, ...limits }, { credentials });
const stored = () => api.s3.buckets.get("lambdas")!.objects;

const sides = [
  { side: "the fake", open: (changes?: Partial<Place>) => api.s3.open(place(changes)) },
  { side: "the driver", open: driver },
];

describe.each(sides)("$side", ({ open }) => {
  test("finds the bucket in its region", () => expect(open().check()).resolves.toBeUndefined());

  test("says which bucket is missing", async () => {
    await expect(async () => open({ bucket: "none" }).check()).rejects.toThrow("there is no bucket none");
  });

  test("says where a bucket of another region lies", async () => {
    const check = async () => open({ region: "ap-south-1" }).check();
    await expect(check).rejects.toThrow("the bucket lambdas lies in eu-west-1");
  });

  test("knows no hash where nothing lies", async () => expect(await open().hashOf(KEY)).toBeUndefined());

  test("creates with the checksum, and gives the hash back", async () => {
    expect(await open().create(zip)).toBe(true);
    expect(stored().get(KEY)).toEqual({ content, checksum: zip.hash });
    expect(await open().hashOf(KEY)).toBe(zip.hash);
  });

  test("never overwrites, whoever came first", async () => {
    stored().set(KEY, { content: Buffer.from("first") });
    expect(await open().create(zip)).toBe(false);
    expect(stored().get(KEY)?.content).toEqual(Buffer.from("first"));
  });

  test("hashes the content where the store has no checksum", async () => {
    stored().set(KEY, { content: Buffer.from("from elsewhere") });
    expect(await open().hashOf(KEY)).toBe(sha256(Buffer.from("from elsewhere")));
  });
});

test("a checksum that the store has saves the download", async () => {
  stored().set(KEY, { content, checksum: zip.hash });
  await driver().hashOf(KEY);
  expect(api.requests).toEqual([`HEAD /lambdas/${KEY}`]);
});

test("the hash of hashes that an upload in parts leaves is not taken for the content's", async () => {
  stored().set(KEY, { content });
  api.fault = (request) =>
    request.startsWith("HEAD") ? { status: 200, headers: { "x-amz-checksum-sha256": `${zip.hash}-3` } } : undefined;
  expect(await driver().hashOf(KEY)).toBe(zip.hash);
});

test("another upload of the same object that is going on is not a failure", async () => {
  api.fault = () => s3Error(409, "ConditionalRequestConflict");
  expect(await driver().create(zip)).toBe(false);
});

test("an upload that arrives damaged is refused by the store", async () => {
  await expect(driver().create({ ...zip, hash: sha256(Buffer.of()) })).rejects.toThrow(
    /request failed \(400 BadDigest/,
  );
  expect(stored().size).toBe(0);
});

const header = { "x-amz-bucket-region": "us-west-2" };
const denial = "User: someone is not authorized to perform: s3:ListBucket";
const faults: { name: string; fault: Fault; reason: RegExp }[] = [
  {
    name: "denied",
    fault: s3Error(403, "AccessDenied", denial),
    reason: /bucket lambdas is denied.*s3:PutObject.* says: User/,
  },
  {
    name: "a key that is none",
    fault: s3Error(403, "InvalidAccessKeyId", "No such key"),
    reason: /refuses the cred.*No such key/,
  },
  {
    name: "expired",
    fault: s3Error(400, "ExpiredToken", "It has expired"),
    reason: /credentials \(ExpiredToken\): It has exp/,
  },
  {
    name: "elsewhere",
    fault: s3Error(301, "PermanentRedirect", "", header),
    reason: /lambdas lies in us-west-2, .*in eu-west-1/,
  },
  { name: "a redirect", fault: s3Error(307, "TemporaryRedirect", "", header), reason: /lambdas lies in us-west-2/ },
  {
    name: "signed for elsewhere",
    fault: s3Error(400, "AuthorizationHeaderMalformed", "", header),
    reason: /in us-west-2/,
  },
  { name: "throttled", fault: s3Error(503, "SlowDown"), reason: /too busy.*\(503 SlowDown\).*again later/ },
  { name: "too many requests", fault: s3Error(429, "CalmDown"), reason: /too busy.*429/ },
  { name: "broken", fault: s3Error(500, "InternalError"), reason: /store failed \(500 InternalError\): run/ },
  { name: "broken in HTML", fault: { status: 502, body: "<html>Bad gateway" }, reason: /store failed \(502.*run/ },
  { name: "no store", fault: { status: 404, body: "<html><p>Not found</html>" }, reason: /request failed \(404/ },
  { name: "no XML", fault: { status: 200, body: "hello" }, reason: /request failed \(200 .*XML/ },
  { name: "silent", fault: "silence", reason: /127\.0\.0\.1:\d+ does not answer in time/ },
  { name: "stalled", fault: "stalled", reason: /does not answer in time/ },
  { name: "broken off", fault: "reset", reason: /socket hang up/ },
];

test.each(faults)("$name: the reason is a sentence", async ({ fault, reason }) => {
  api.fault = () => fault;
  const error = await driver({}, fault === "silence" || fault === "stalled" ? IMPATIENT : {})
    .check()
    .catch((problem: unknown) => problem as Error);
  expect(error?.message).toMatch(reason);
  expect(error?.message).not.toContain("\n");
});

test("a download that stops midway ends", async () => {
  stored().set(KEY, { content });
  api.fault = (request) => (request.startsWith("GET") ? "stalled" : undefined);
  await expect(driver({}, IMPATIENT).hashOf(KEY)).rejects.toThrow(/does not answer in time/);
});

test("a passing failure is tried again, and a lasting one only so often", async () => {
  api.fault = () => (api.requests.length === 1 ? s3Error(503, "SlowDown") : undefined);
  await driver({}, { attempts: 2 }).check();
  api.fault = () => s3Error(500, "InternalError");
  const lasting = driver({}, { attempts: 2 }).check();
  await expect(lasting).rejects.toThrow("the store failed after 2 attempts");
  expect(api.requests).toHaveLength(4);
});

test("an attempt without answer ends before the patience for all attempts does", async () => {
  api.fault = () => "silence";
  await expect(driver({}, { attemptMs: 300 }).check()).rejects.toThrow(/does not answer in time/);
});

test("buckets of a store elsewhere are named by path, not by host", async () => {
  await driver({ endpoint: endpoint.replace("127.0.0.1", "localhost") }).check();
  expect(api.requests).toEqual(["GET /lambdas/"]);
});
