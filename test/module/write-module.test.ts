import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER } from "../../src/module/declarations";
import { FolderRefused, writeModule } from "../../src/module/write-module";

const base = mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
const out = join(base, "module");

beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

const moduleWith = (...assets: string[]) =>
  new Map<string, string>([
    ["versions.tf", `${MARKER}0.1.0\n`],
    ["main.tf.json", JSON.stringify(assets.map((asset) => `\${path.module}/assets/${asset}`))],
    ...assets.map((asset) => [`assets/${asset}`, asset] as const),
  ]);

/** All files in the folder, by path, with their contents. */
function contents(folder = out): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

test("a new folder is made, with its parents, and holds nothing but the module", () => {
  writeModule(join(out, "a/b"), moduleWith("a.zip"));
  expect(contents(join(out, "a/b"))).toEqual(Object.fromEntries(moduleWith("a.zip")));
});

test("an empty folder is filled", () => {
  mkdirSync(out);
  writeModule(out, moduleWith("a.zip"));
  expect(contents()).toEqual(Object.fromEntries(moduleWith("a.zip")));
});

test("a folder behind a link is filled, and the link stays", () => {
  mkdirSync(join(out, "real"), { recursive: true });
  symlinkSync(join(out, "real"), join(out, "link"));
  writeModule(join(out, "link"), moduleWith());
  expect(contents(join(out, "real"))).toEqual(Object.fromEntries(moduleWith()));
});

test("a later generation replaces the earlier one and removes its stale packages", () => {
  writeModule(out, moduleWith("a.zip", "b.zip"));
  writeModule(out, moduleWith("b.zip", "c.zip"));
  expect(contents()).toEqual(Object.fromEntries(moduleWith("b.zip", "c.zip")));
  writeModule(out, moduleWith());
  expect(readdirSync(out).sort()).toEqual(["main.tf.json", "versions.tf"]);
});

test("the user's own files stay as they are", () => {
  writeModule(out, moduleWith("a.zip"));
  mkdirSync(join(out, ".terraform"));
  const own = { "override.tf": "own", ".terraform/lock": "own", "assets/own.zip": "own" };
  for (const [path, content] of Object.entries(own)) writeFileSync(join(out, path), content);
  writeModule(out, moduleWith("b.zip"));
  expect(contents()).toEqual({ ...Object.fromEntries(moduleWith("b.zip")), ...own });
});

test.each([
  ["with somebody's files", { "notes.txt": "own" }],
  ["with somebody's module", { "versions.tf": "terraform {}\n", "main.tf": "" }],
  ["with only a hidden file", { ".gitkeep": "" }],
])("a folder %s is refused and stays as it is", (_, own) => {
  mkdirSync(out);
  for (const [path, content] of Object.entries(own)) writeFileSync(join(out, path), content);
  expect(() => {
    writeModule(out, moduleWith("a.zip"));
  }).toThrow(FolderRefused);
  expect(contents()).toEqual(own);
});

test("a file is refused and stays as it is", () => {
  writeFileSync(out, "own");
  expect(() => {
    writeModule(out, moduleWith());
  }).toThrow(new FolderRefused(`${out} is not a folder.`));
  expect(readFileSync(out, "utf8")).toBe("own");
});

test("a file of the user's that has the name of a new package is refused and stays as it is", () => {
  writeModule(out, moduleWith("a.zip"));
  writeFileSync(join(out, "assets/b.zip"), "own");
  const before = contents();
  expect(() => {
    writeModule(out, moduleWith("a.zip", "b.zip"));
  }).toThrow(/assets\/b\.zip is not of the module/);
  expect(contents()).toEqual(before);
});

test("a write that fails leaves the old module as it was", () => {
  writeModule(out, moduleWith("a.zip"));
  const broken = new Map([...moduleWith("b.zip"), ["versions.tf/below-a-file", ""]]);
  expect(() => {
    writeModule(out, broken);
  }).toThrow(/ENOTDIR|EEXIST/);
  expect(contents()).toEqual(Object.fromEntries(moduleWith("a.zip")));
});

test("a move that fails halfway leaves the old module as it was", () => {
  writeModule(out, moduleWith("a.zip"));
  // Its folder can be made aside, but not in place, where a link to nowhere has its name.
  symlinkSync(join(out, "nowhere"), join(out, "zz"));
  const blocked = new Map([...moduleWith("b.zip"), ["zz/file", "new"]]);
  expect(() => {
    writeModule(out, blocked);
  }).toThrow(/ENOENT|EEXIST|ENOTDIR/);
  expect(contents()).toEqual(Object.fromEntries(moduleWith("a.zip")));
  expect(readdirSync(out).filter((name) => name.startsWith(".module-"))).toEqual([]);
});

test("a write that fails leaves no new folder behind", () => {
  expect(() => {
    writeModule(
      join(out, "a/b"),
      new Map([
        ["x", ""],
        ["x/y", ""],
      ]),
    );
  }).toThrow(/ENOTDIR|EEXIST/);
  expect(existsSync(out)).toBe(false);
});
