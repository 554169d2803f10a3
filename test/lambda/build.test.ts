import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLambdas, unpack } from "../harness/built-lambdas";
import type { BuildRun } from "../harness/built-lambdas";

const SOURCE = join(__dirname, "../../lambda");
const LIMIT_KB = 300;
const functions = readdirSync(SOURCE).filter((name) => existsSync(join(SOURCE, name, "handler.ts")));

let folder: string;
let first: BuildRun;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-build-"));
  first = buildLambdas(join(folder, "first"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function sourceFolder(files: Record<string, string>): string {
  const source = mkdtempSync(join(folder, "source-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(source, path, ".."), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  return source;
}

test("every folder with a handler becomes a zip, and one line has its size", () => {
  expect(first).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(join(folder, "first"))).toEqual(functions.map((name) => `${name}.zip`));
  expect(first.stdout.trim().split("\n")).toEqual(
    functions.map((name) => expect.stringMatching(new RegExp(`^${name} +[0-9]+\\.[0-9] KB$`)) as string),
  );
});

test("a second build, elsewhere and in another time zone, gives the same bytes", () => {
  const second = buildLambdas(join(folder, "second"), { cwd: folder, timeZone: "Asia/Kolkata" });
  expect(second.status).toBe(0);
  for (const name of functions) {
    const [one, two] = ["first", "second"].map((run) => readFileSync(join(folder, run, `${name}.zip`)));
    expect({ name, same: one?.equals(two ?? Buffer.of()) }).toEqual({ name, same: true });
  }
});

test.each(functions)("%s.zip stays below the limit", (name) => {
  expect(readFileSync(join(folder, "first", `${name}.zip`)).length / 1024).toBeLessThan(LIMIT_KB);
});

test("files beside the handler that are not TypeScript are packed as they are, in sorted order", () => {
  const zip = join(folder, "first", "stop-buildkite-agents.zip");
  const target = join(folder, "unpacked");
  expect(unpack(zip, target)).toEqual(["index.js", "stop-agent.ps1", "stop-agent.sh"]);
  const path = join("stop-buildkite-agents", "stop-agent.sh");
  expect(readFileSync(join(target, "stop-agent.sh"))).toEqual(readFileSync(join(SOURCE, path)));
});

test("a folder without a handler is no function", () => {
  const source = sourceFolder({ "one/handler.ts": "export const handler = 1;", "shared/log.ts": "export {};" });
  const target = join(folder, "discovered");
  expect(buildLambdas(target, { source }).status).toBe(0);
  expect(readdirSync(target)).toEqual(["one.zip"]);
});

const failures: { name: string; files: Record<string, string>; message: RegExp }[] = [
  { name: "a syntax error", files: { "one/handler.ts": "export const = 1;" }, message: /one\/handler\.ts:1: .+/ },
  {
    name: "a missing import",
    files: { "one/handler.ts": 'import "./missing";' },
    message: /one\/handler\.ts:1: Could not resolve "\.\/missing"/,
  },
  { name: "no function", files: { "shared/log.ts": "" }, message: /no folder in .* has a handler\.ts/ },
];

test.each(failures)("$name ends with one line and a non-zero code", ({ files, message }) => {
  const run = buildLambdas(join(folder, "failed"), { source: sourceFolder(files) });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/^build:lambda failed: .*\n$/);
  expect(run.stderr).toMatch(message);
});
