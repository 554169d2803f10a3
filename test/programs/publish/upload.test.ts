import { type Destination, publishIn } from "../../../programs/publish/upload";
import { FakeS3Api, type Fault, s3Error, sha256 } from "../../harness/fake-s3-api";

const KEY = "ours/v1/one.zip";
const content = Buffer.from("the zip");
const zips = [{ name: "one", key: KEY, content }];
const PLACE: Destination = { region: "eu-west-1", bucket: "lambdas" };

let api: FakeS3Api;
let endpoint: string;
let stored: Map<string, Uint8Array>;

beforeEach(async () => {
  api = new FakeS3Api();
  endpoint = await api.start();
  stored = api.add("lambdas", "eu-west-1");
});

afterEach(() => api.stop());

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const publish = async (place: Partial<Destination> = {}, settings: object = {}, patienceMs?: number) => {
  const more = { endpoint, forcePathStyle: true, credentials, maxAttempts: 1, ...settings };
  const [outcome] = await publishIn({ ...PLACE, ...place }, zips, more, patienceMs);
  return outcome!;
};

test("what is missing is uploaded, with one request", async () => {
  expect(await publish()).toEqual({ result: "uploaded" });
  expect(stored.get(KEY)).toEqual(content);
  expect(api.requests).toEqual([`PUT /lambdas/${KEY}`]);
});

test("what is there with the same content is left alone", async () => {
  const first = Buffer.from("the zip");
  stored.set(KEY, first);
  expect(await publish()).toEqual({ result: "already there" });
  expect(stored.get(KEY)).toBe(first);
});

test("other content is refused and stays: bucket, key, both hashes and what to do are named", async () => {
  const other = Buffer.from("other");
  stored.set(KEY, other);
  const { result, reason } = await publish();
  expect(result).toBe("refused");
  for (const part of [`s3://lambdas/${KEY}`, sha256(other), sha256(content), "raise the version in package.json"])
    expect(reason).toContain(part);
  expect(stored.get(KEY)).toBe(other);
});

test("an upload that arrives damaged is refused by the store, which keeps nothing of it", async () => {
  api.arrives = () => Buffer.from("the zib");
  expect((await publish()).reason).toMatch(/BadDigest/);
  expect(stored.size).toBe(0);
});

test("a store that has the object after all counts for an upload of somebody else", async () => {
  // The answer to the first upload gets lost, and the SDK tries again.
  api.fault = () => {
    if (stored.has(KEY)) return undefined;
    stored.set(KEY, content);
    return s3Error(500, "InternalError");
  };
  expect(await publish({}, { maxAttempts: 2 })).toEqual({ result: "already there" });
});

const header = { "x-amz-bucket-region": "us-west-2" };
const denial = "User: someone is not authorized to perform: s3:PutObject";
const faults: [string, Fault, RegExp][] = [
  ["denied", s3Error(403, "AccessDenied", denial), /^bucket lambdas: AccessDenied: User: .* s3:PutObject$/],
  ["a key that is none", s3Error(403, "InvalidAccessKeyId", "No such key"), /InvalidAccessKeyId: No such key/],
  ["expired", s3Error(400, "ExpiredToken", "It has expired"), /ExpiredToken: It has expired/],
  ["elsewhere", s3Error(301, "PermanentRedirect", "", header), /lambdas lies in us-west-2, .* in eu-west-1/],
  ["a redirect", s3Error(307, "TemporaryRedirect", "", header), /lambdas lies in us-west-2/],
  ["signed for elsewhere", s3Error(400, "AuthorizationHeaderMalformed", "", header), /lies in us-west-2/],
  ["throttled", s3Error(503, "SlowDown", "Please reduce your request rate."), /SlowDown: Please reduce/],
  ["another upload", s3Error(409, "ConditionalRequestConflict", "Going on"), /ConditionalRequestConflict: Going on/],
  ["broken in HTML", { status: 502, body: "<html>Bad gateway" }, /^bucket lambdas: \w/],
  ["no store", { status: 404, body: "<html><p>Not found</html>" }, /^bucket lambdas: \w/],
  ["broken off", "reset", /socket hang up/],
];

test.each(faults)("%s: it has failed, and the reason is a sentence", async (_, fault, reason) => {
  api.fault = () => fault;
  const outcome = await publish();
  expect(outcome).toEqual({ result: "failed", reason: expect.stringMatching(reason) });
  expect(outcome.reason).not.toContain("\n");
});

test("a bucket that is missing is named, with where to create it", async () => {
  expect((await publish({ bucket: "none" })).reason).toBe("there is no bucket none: create it in eu-west-1.");
});

test("missing credentials are distinguished from other refusals", async () => {
  const fails = () => Promise.reject(Object.assign(new Error("run 'aws sso login'"), { name: "TokenProviderError" }));
  expect((await publish({}, { credentials: fails })).reason).toBe(
    "no AWS credentials: set AWS_PROFILE, or sign in. run 'aws sso login'",
  );
});

test("a store that cannot be reached is named", async () => {
  await api.stop();
  expect((await publish()).reason).toMatch(/ECONNREFUSED.*127\.0\.0\.1/);
  endpoint = await api.start();
});

test.each<[string, Fault]>([
  ["never answers", "silence"],
  ["stops in the middle of an answer", "stalled"],
])("a store that %s makes nobody wait for ever", async (_, fault) => {
  stored.set(KEY, content);
  api.fault = (request) => (fault === "silence" || request.startsWith("GET") ? fault : undefined);
  const { result, reason } = await publish({}, {}, 500);
  expect({ result, reason }).toEqual({ result: "failed", reason: expect.stringMatching(/not answer in time/) });
});

test("a transient failure is retried", async () => {
  api.fault = () => (api.requests.length === 1 ? s3Error(503, "SlowDown") : undefined);
  expect(await publish({}, { maxAttempts: 2 })).toEqual({ result: "uploaded" });
});
