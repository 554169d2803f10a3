import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { linuxFiles, shipped } from "../harness/userdata/machine";

const base64Size = (text: string) => Buffer.from(text).toString("base64").length;

test("every Linux file has its place on the instance", () => {
  expect(readdirSync(join(__dirname, "../../userdata/linux")).sort()).toEqual(Object.keys(linuxFiles).sort());
});

describe("sizes, of the 16384 bytes that EC2 takes", () => {
  test("Linux, compressed, leaves more than 10 kB to the settings", () => {
    const scripts = Object.keys(linuxFiles).map((name) => shipped(`linux/${name}`));
    expect(gzipSync(scripts.join("")).length).toBeLessThan(6000);
  });

  test("Windows leaves more than 6 kB to the settings", () => {
    const size = shipped("windows/boot.ps1").length + base64Size(shipped("windows/drain-watcher.ps1"));
    expect(size).toBeLessThan(10_000);
  });
});
