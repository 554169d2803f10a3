import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { linuxFiles, shipped } from "../harness/userdata/machine";

/** Bytes of user data that EC2 takes, compressed or not; the settings need what the scripts leave. */
const LIMIT = 16_384;

const base64Size = (text: string) => Buffer.from(text).toString("base64").length;
const all = Object.keys(linuxFiles).map((name) => shipped(`linux/${name}`));
const windows = shipped("windows/boot.ps1").length + base64Size(shipped("windows/drain-watcher.ps1"));
const scripts = [
  { of: "Linux, compressed", size: gzipSync(all.join("")).length, most: 10_000 },
  { of: "Windows", size: windows, most: 10_000 },
];

test("every Linux file has its place on the instance", () => {
  expect(readdirSync(join(__dirname, "../../userdata/linux")).sort()).toEqual(Object.keys(linuxFiles).sort());
});

test.each(scripts.map((one) => ({ ...one, room: one.most - one.size, left: LIMIT - one.size })))(
  "the scripts of $of: $size bytes, room for $room more; of EC2's 16384 they leave $left to the settings",
  ({ of, size, most, left }) => {
    if (size <= most) return;
    throw new Error(
      `The scripts of ${of} have ${size} bytes, ${size - most} more than the ${most} they may have: ` +
        `of EC2's ${LIMIT} they leave ${left} to the settings. Shorten the scripts.`,
    );
  },
);
