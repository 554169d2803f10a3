import { readdirSync } from "node:fs";
import { ImageMachine } from "../../harness/image/machine";
import { CANARY, hostileValues } from "../../harness/hostile-values";
import { findOnPath, requirePrograms } from "../../harness/tools";

/** Addresses that our image takes, on their way to the programs that fetch: the real curl, and what the AWS CLI is told. */
const words = Object.entries(hostileValues).filter(([, value]) => /^[^\s\p{Cc}]+$/u.test(value));
const below = (prefix: string) => words.map(([how, value]) => [how, prefix + value] as const);
const https = [...below("https://example.com/"), ...words.filter(([, value]) => value.startsWith("https://"))];

/** It connects to nobody, and tells which addresses it would have fetched. */
const CURL = `"$CURL" "$@" --connect-to ::127.0.0.1:9 --retry 0 --write-out '%{url}\\n' | tr '\\n' '\\0' >>"$FAKE/fetched"; exit 7`;
const AWS = `printf '%s\\0' "$@" >>"$FAKE/fetched"; exit 1`;

let machine: ImageMachine;
beforeAll(() => {
  requirePrograms({ curl: "curl" });
  machine = new ImageMachine();
  machine.stub("aws", AWS).stub("curl", CURL);
});
beforeEach(() => machine.set("fetched", ""));
afterAll(() => machine.remove());

function fetched(address: string): string[] {
  const to = `${machine.root}/to`;
  const outcome = machine.run("usr/local/bin/bk-fetch.sh", { CURL: findOnPath("curl")! }, ["-", to], `${address}\n`);
  expect(outcome.code).not.toBe(0);
  return machine.read("fake/fetched").split("\0").slice(0, -1);
}

test.each(https)("https, %s: one address is fetched, and it is this one", (_, address) => {
  expect(fetched(address)).toEqual([address]);
});

test.each(below("s3://bucket/"))("s3, %s: one word of the AWS CLI's", (_, address) => {
  expect(fetched(address)).toEqual(["s3", "cp", "--only-show-errors", address, expect.stringContaining(machine.root)]);
});

test.each(below("ssm:/"))("parameters, %s: one word of the AWS CLI's", (_, address) => {
  expect(fetched(address).slice(2, 4)).toEqual(["--path", address.replace("ssm:", "")]);
});

test.each(below("file:///nowhere/"))("a file, %s: no other is taken, and nothing runs", (_, address) => {
  expect(fetched(address)).toEqual([]);
});

test("nothing was executed", () => {
  const files = readdirSync(machine.root, { recursive: true }).map(String);
  expect(files.filter((path) => path.includes(CANARY))).toEqual([]);
});
