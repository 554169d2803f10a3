import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isUsableMirror } from "./tools";

const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mirror-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ["a packed one, as terraform providers mirror makes it", `terraform-provider-aws_5.100.0_${platform}.zip`, true],
  ["an unpacked one, as an initialised folder has it", `6.25.0/${platform}/terraform-provider-aws`, true],
  ["a packed one of another platform", "terraform-provider-aws_5.100.0_plan9_amd64.zip", false],
  ["an unpacked one of another platform", "5.100.0/plan9_amd64/terraform-provider-aws", false],
  ["a packed one that is too old", `terraform-provider-aws_5.99.0_${platform}.zip`, false],
  ["a packed one that is too new", `terraform-provider-aws_7.0.0_${platform}.zip`, false],
  ["only a packed one's index", "5.100.0.json", false],
])("a mirror of the provider is usable or not: %s", (_, file, usable) => {
  const path = join(folder, "registry.terraform.io/hashicorp/aws", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  expect(isUsableMirror(folder)).toBe(usable);
});
