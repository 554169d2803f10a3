import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { main } from "../../src/cli/main";
import { moduleFiles } from "../../src/module/module-files";
import { PACKAGE_VERSION, packaged } from "../../src/package";
import { run } from "../harness/processes";

const base = mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

const file = join(base, "file");
const foreign = join(base, "foreign");
writeFileSync(file, "own");
mkdirSync(foreign);
writeFileSync(join(foreign, "notes.txt"), "own");

async function call(...args: string[]): Promise<{ code: number; said: string[]; complained: string[] }> {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await main(args, { log: (text) => said.push(text), error: (text) => complained.push(text) });
  return { code, said, complained };
}

const out = ["module", "--out", join(base, "refused")];
const isPath = "It must be a path. Write ./ before a name that begins with a hyphen.";

test.each([
  ["no command", [], "a command is missing: give module."],
  ["a command that is nearly one", ["modul", "--out", "x"], "unknown command 'modul'. Did you mean module?"],
  ["an unknown option", [...out, "--force"], "unknown option '--force'."],
  ["an option that is nearly one", [...out, "--unlok"], "unknown option '--unlok'. Did you mean --unlock?"],
  ["no folder", ["module"], "required option '--out <DIR>' not specified."],
  ["an empty folder name", ["module", "--out="], `option '--out <DIR>' argument '' is invalid. ${isPath}`],
  [
    "an option for a folder",
    ["module", "--out", "--unlock"],
    `option '--out <DIR>' argument '--unlock' is invalid. ${isPath}`,
  ],
  ["an option without its value", ["module", "--out"], "option '--out <DIR>' argument missing."],
  ["one argument too many", [...out, "extra"], '"extra" belongs to no option.'],
  [
    "an input that is always allowed",
    [...out, "--unlock", "min_size"],
    "option '--unlock <NAME...>' argument 'min_size' is invalid. Allowed choices are enable_nested_virtualization.",
  ],
  [
    "an unknown construct",
    [...out, "--construct", "mac"],
    "option '--construct <NAME>' argument 'mac' is invalid. Allowed choices are elastic-ci-stack.",
  ],
  ["a file as folder", ["module", "--out", file], `--out: ${file} is not a folder.`],
  [
    "a folder with other files",
    ["module", "--out", foreign],
    `--out: ${foreign} is not empty and holds no module of this generator. Choose another folder, or empty it.`,
  ],
])("%s is refused with one line and code 2, and nothing is written", async (_, args, message) => {
  expect(await call(...args)).toEqual({ code: 2, said: [], complained: [`Error: ${message}`, "Try --help."] });
  expect(readdirSync(base).sort()).toEqual(["file", "foreign"]);
  expect(readdirSync(foreign)).toEqual(["notes.txt"]);
});

test("a folder that cannot be made is a failure with one line and code 1", async () => {
  const { code, said, complained } = await call("module", "--out", join(file, "below"));
  expect({ code, said }).toEqual({ code: 1, said: [] });
  expect(complained).toEqual([expect.stringMatching(/^Error: [^\n]*$/)]);
});

test.each([
  [["--version"], PACKAGE_VERSION],
  [["module", "--version"], PACKAGE_VERSION],
  [["--help"], expect.stringMatching(/^Usage: .*\n {2}module /s)],
  [["module", "--nonsense", "--help"], expect.stringMatching(/^Usage: .* module --out DIR/)],
])("%j is answered, whatever else is asked", async (args, answer) => {
  const { code, said, complained } = await call(...args);
  // In one piece: who reads only its beginning does not break the pipe.
  expect({ code, said, complained }).toEqual({ code: 0, said: [answer], complained: [] });
});

test("the help of a command fits 80 columns, names every option, and shows an example and the exit codes", async () => {
  const help = (await call("module", "--help")).said.join("\n");
  expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(help.match(/^ {2}--[a-z]+/gm)).toEqual(["  --out", "  --construct", "  --unlock", "  --help"]);
  expect(help).toMatch(/^Example:\n {2}npx .* module --out \S+\n\nExit codes: 0 done, 1 failed, 2 wrong call/m);
});

test("the summary says what was written where, and what to do next", async () => {
  const folder = join(base, "summary");
  const { code, said, complained } = await call("module", "--out", folder, "--unlock", "enable_nested_virtualization");
  expect({ code, complained }).toEqual({ code: 0, complained: [] });
  const lines = said.join("\n").split("\n");
  expect(lines[0]).toBe(`Wrote the Terraform module to ${folder}`);
  expect(lines[1]).toBe("  versions.tf   Terraform >= 1.11, hashicorp/aws >= 6.33.0, < 7.0.0");
  const named = lines.slice(1, -1).map((line) => line.trim().split(/ {2,}/)[0]!.replace("/", ""));
  expect(named.sort()).toEqual(readdirSync(folder).sort());
  expect(lines.at(-1)).toMatch(/^Next: /);
});

test("the program writes the same bytes from another folder, in another language and time zone", async () => {
  const elsewhere = mkdtempSync(join(base, "elsewhere-"));
  const program = [packaged("node_modules/tsx/dist/cli.mjs"), packaged("src/cli.ts")];
  const env = { ...process.env, LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Tokyo" };
  const { code, output } = await run(process.execPath, [...program, "module", "--out", "module"], {
    cwd: elsewhere,
    env,
    timeoutMs: 60_000,
  });
  expect({ code, first: output.split("\n")[0] }).toEqual({ code: 0, first: "Wrote the Terraform module to module" });
  expect(filesBelow(join(elsewhere, "module"))).toEqual(
    Object.fromEntries(
      [...moduleFiles(elasticCiStack)].map(([path, content]) => [path, Buffer.from(content).toString("base64")]),
    ),
  );
}, 90_000);

test("the program ends with the code of a refusal and prints no stack trace", async () => {
  const program = [packaged("node_modules/tsx/dist/cli.mjs"), packaged("src/cli.ts")];
  const { code, output } = await run(process.execPath, [...program, "module"], { timeoutMs: 60_000 });
  expect({ code, output }).toEqual({
    code: 2,
    output: "Error: required option '--out <DIR>' not specified.\nTry --help.\n",
  });
}, 90_000);

function filesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path).toString("base64")]));
}
