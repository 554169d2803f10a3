import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonWithMoto } from "../../../programs/demo/python";
import { Terminal } from "../../../programs/demo/terminal";

/** A python3 that has moto once pip has run, and that keeps a record of how it was called. */
const python = `#!/bin/sh
echo "$*" >> "$RECORD"
case "$1 $2" in
  "-c import moto.server, boto3") [ -e "$RECORD.moto" ] ;;
  "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo "made $4" ;;
  "-m pip") if [ -n "$OFFLINE" ]; then echo "Could not find a version"; exit 1; fi; touch "$RECORD.moto" ;;
esac
`;

let base: string;
let said: string;
const terminal = new Terminal({ write: (text: string) => (said += text) } as unknown as NodeJS.WriteStream);

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
  said = "";
  mkdirSync(join(base, "bin"));
  writeFileSync(join(base, "bin/python3"), python);
  chmodSync(join(base, "bin/python3"), 0o755);
});

afterEach(() => rmSync(base, { recursive: true }));

function prepare(settings: Record<string, string> = {}): Promise<void> {
  const env = { PATH: `${join(base, "bin")}:/bin:/usr/bin`, RECORD: join(base, "record"), ...settings };
  return pythonWithMoto(base, terminal, new AbortController().signal, env);
}

const calls = () => readFileSync(join(base, "record"), "utf8").trim().split("\n");

test("a Python that has moto is used as it is", async () => {
  writeFileSync(join(base, "record.moto"), "");
  await prepare();
  expect(calls()).toEqual(["-c import moto.server, boto3"]);
  expect(existsSync(join(base, ".demo"))).toBe(false);
});

test("without moto a private environment is made inside the checkout, once, with progress", async () => {
  await prepare();
  await prepare();
  expect(calls().map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
    "-c import",
    "-m venv",
    "-m pip",
    "-c import",
  ]);
  expect(calls()[2]).toContain("moto[server]==5.2.1");
  expect(existsSync(join(base, ".demo/venv/bin/python"))).toBe(true);
  expect(said).toMatch(/private environment in \.demo\/venv[^]*python3 -m venv: made /);
});

test("when pip fails the message says so, and no half-made environment stays", async () => {
  await expect(prepare({ OFFLINE: "1" })).rejects.toThrow(
    /pip install failed\.\nCould not find a version\nCheck the network/,
  );
  expect(existsSync(join(base, ".demo"))).toBe(false);
});

test("without Python the message says how to get it", async () => {
  rmSync(join(base, "bin/python3"));
  await expect(prepare({ PATH: join(base, "bin") })).rejects.toThrow("Python 3 is not on the PATH");
});
