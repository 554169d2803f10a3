import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkFolder } from "../../../programs/demo/work-folder";

let base: string;
let app: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "elastic-ci-stack-"));
  app = join(base, "app");
  mkdirSync(join(app, "src"), { recursive: true });
  for (const name of [
    "cdktf.json",
    "terraform.tfvars",
    "my.auto.tfvars.json",
    "terraform.elastic-ci-stack.tfstate",
    ".env",
  ]) {
    writeFileSync(join(app, name), name);
  }
  mkdirSync(join(app, "cdktf.out"));
});

afterEach(() => rmSync(base, { recursive: true }));

test("it shows the app's files, but neither the user's values nor what earlier runs made", () => {
  const folder = new WorkFolder(app, join(base, ".demo"));
  expect(readdirSync(folder.path).sort()).toEqual([".tmp", "cdktf.json", "src"]);
  expect(readFileSync(join(folder.path, "cdktf.json"), "utf8")).toBe("cdktf.json");
});

test("removing it takes away all that was written, never the app, and the parent only when empty", () => {
  const parent = join(base, ".demo");
  const [first, second] = [new WorkFolder(app, parent), new WorkFolder(app, parent)];
  writeFileSync(join(first.path, "terraform.tfstate"), "{}");
  first.remove();
  expect(existsSync(first.path)).toBe(false);
  expect(existsSync(parent)).toBe(true);
  second.remove();
  expect(existsSync(parent)).toBe(false);
  expect(readdirSync(app)).toHaveLength(7);
});
