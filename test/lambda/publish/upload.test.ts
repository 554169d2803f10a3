import type { Store } from "../../../lambda/publish/store";
import { upload } from "../../../lambda/publish/upload";
import { FakeS3, sha256 } from "../../harness/fake-s3";

const content = Buffer.from("the zip");
const zip = { name: "one", key: "ours/v1/one.zip", content, hash: sha256(content) };
const place = { region: "eu-west-1", bucket: "lambdas", endpoint: undefined };
const OTHER = sha256(Buffer.from("other"));

/** The fake's own store where the test changes nothing. */
function run(
  prepare: (objects: FakeS3) => void = () => undefined,
  changes: (own: Store) => Partial<Store> = () => ({}),
) {
  const s3 = new FakeS3();
  const { objects } = s3.add("lambdas", "eu-west-1");
  prepare(s3);
  const own = s3.open(place);
  const calls: string[] = [];
  const changed = changes(own);
  const store: Store = {
    check: () => own.check(),
    hashOf: (key) => (calls.push("hashOf"), (changed.hashOf ?? own.hashOf.bind(own))(key)),
    create: (one) => (calls.push("create"), (changed.create ?? own.create.bind(own))(one)),
  };
  return { outcome: upload(zip, store, place), calls, objects };
}

const holding = (text: string) => (s3: FakeS3) =>
  void s3.buckets.get("lambdas")?.objects.set(zip.key, { content: Buffer.from(text) });

test("what is missing is uploaded, and looked at afterwards", async () => {
  const { outcome, calls, objects } = run();
  expect(await outcome).toEqual({ result: "uploaded" });
  expect(calls).toEqual(["hashOf", "create", "hashOf"]);
  expect(objects.get(zip.key)?.content).toEqual(content);
});

test("what is there with the same content is left alone", async () => {
  const { outcome, calls } = run(holding("the zip"));
  expect(await outcome).toEqual({ result: "already there" });
  expect(calls).toEqual(["hashOf"]);
});

test("other content is refused: bucket, key, both hashes and what to do are named, and nothing is written", async () => {
  const { outcome, calls, objects } = run(holding("other"));
  const { result, reason } = await outcome;
  expect(result).toBe("refused");
  for (const part of ["s3://lambdas/ours/v1/one.zip", OTHER, zip.hash, "raise the version in package.json"])
    expect(reason).toContain(part);
  expect(calls).toEqual(["hashOf"]);
  expect(objects.get(zip.key)?.content).toEqual(Buffer.from("other"));
});

const rivals = [
  { name: "the same content", text: "the zip", result: "already there" },
  { name: "other content", text: "other", result: "refused" },
];

test.each(rivals)("$name that came in between is $result", async ({ text, result }) => {
  const s3 = (one: FakeS3) => one;
  let fake: FakeS3 | undefined;
  const { outcome, calls } = run(
    (one) => (fake = s3(one)),
    (own) => ({
      create: (one) => {
        holding(text)(fake!);
        return own.create(one);
      },
    }),
  );
  expect(await outcome).toMatchObject({ result });
  expect(calls).toEqual(["hashOf", "create", "hashOf"]);
});

test("an object that arrives damaged fails with both hashes and what to do", async () => {
  let written = false;
  const { outcome } = run(undefined, () => ({
    create: () => Promise.resolve((written = true)),
    hashOf: () => Promise.resolve(written ? OTHER : undefined),
  }));
  const { result, reason } = await outcome;
  expect(result).toBe("failed");
  for (const part of ["s3://lambdas/ours/v1/one.zip", OTHER, zip.hash, "Delete it"]) expect(reason).toContain(part);
});

const never = [
  { name: "a store that forgets what it takes", took: true },
  { name: "an upload of somebody else's that never ends", took: false },
];

test.each(never)("$name ends in a failure, not in an endless loop", async ({ took }) => {
  const { outcome, calls } = run(undefined, () => ({
    create: () => Promise.resolve(took),
    hashOf: () => Promise.resolve(undefined),
  }));
  expect(await outcome).toMatchObject({ result: "failed", reason: expect.stringMatching(/not there after 3 uploads/) });
  expect(calls.filter((call) => call === "create")).toHaveLength(3);
});

test("a step that fails is the reason", async () => {
  const { outcome } = run(undefined, () => ({ create: () => Promise.reject(new Error("access denied")) }));
  expect(await outcome).toEqual({ result: "failed", reason: "access denied" });
});
