import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packer } from "../../packer/cli/command";
import { Machine } from "../harness/image/build-machine";

const NEW = "Packer v1.14.2\n";
const OLD = "Packer v1.6.6\n";

let machine: Machine;

beforeEach(() => {
  machine = new Machine();
  machine.answer = () => ({ stdout: NEW });
});

afterEach(() => {
  machine.remove();
});

const packerCalls = () => machine.calls.filter((call) => call !== "packer version");
const target = ["--distribution", "ubuntu2404", "--architecture", "arm64"];

test("a wrong call does nothing, says everything and ends with 2", async () => {
  expect(await packer(["build", "--fast"], machine.surroundings)).toBe(2);
  expect(machine.errors).toHaveLength(4);
  expect(machine.errors.at(-1)).toBe("Nothing was done. Try --help.");
  expect(machine.calls).toEqual([]);
});

test("--help wins over everything", async () => {
  expect(await packer(["build", "--fast", "--help"], machine.surroundings)).toBe(0);
  expect(machine.lines.join("\n")).toContain("Usage: npm run packer");
});

test("a missing packer is said, with where to get it", async () => {
  machine.answer = () => ({ code: undefined });
  await expect(packer(["validate"], machine.surroundings)).rejects.toThrow(/there is no packer\. Install it .*apt-get/);
});

test("Red Hat's other packer is not taken for HashiCorp's", async () => {
  machine.answer = () => ({ stdout: "usage: packer [dictionary]" });
  await expect(packer(["validate"], machine.surroundings)).rejects.toThrow("is not HashiCorp's Packer");
});

test("a manifest that contradicts itself stops every command", async () => {
  machine.change(({ downloads }) => (downloads["git-lfs"]!.files.amd64.sha256 = "x"));
  expect(await packer(["validate"], machine.surroundings)).toBe(1);
  expect(machine.errors).toEqual(["Error: versions.json: git-lfs: x is no SHA-256."]);
});

test("a new packer validates each image in the layer's own folder", async () => {
  const folders: string[] = [];
  machine.answer = (_, args, folder) => (args[0] === "validate" ? (folders.push(folder), {}) : { stdout: NEW });
  expect(await packer(["validate", "--distribution", "ubuntu2404"], machine.surroundings)).toBe(0);
  const at = (layer: string) => join(machine.root, "packer/linux", layer);
  expect(folders).toEqual([at("base"), at("base"), at("stack"), at("stack")]);
  expect(packerCalls()[0]).toBe(
    "packer validate -var distribution=ubuntu2404 -var architecture=amd64 -var region=us-east-1 .",
  );
  expect(packerCalls()[3]).toMatch(/architecture=arm64 .*-var base_ami_id=ami-\w+ \.$/);
});

test("an old packer gets copies without what it does not know, beside all that they name", async () => {
  const seen: string[] = [];
  machine.answer = (_, args, folder) => {
    if (args[0] !== "validate") return { stdout: OLD };
    expect(existsSync(join(folder, "plugins.pkr.hcl"))).toBe(false);
    const named = readFileSync(join(folder, "image.pkr.hcl"), "utf8").matchAll(/\{path\.root\}\/(\.\.\/[^"]+)"/g);
    const paths = [...named].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(4);
    expect(paths.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
    expect(readFileSync(join(folder, "image.pkr.hcl"), "utf8")).not.toContain("metadata_options");
    seen.push(folder);
    return {};
  };
  expect(await packer(["validate", "--layer", "stack"], machine.surroundings)).toBe(0);
  expect(seen).toHaveLength(4);
  expect(seen.filter(existsSync)).toEqual([]);
  expect(readFileSync(join(machine.root, "packer/linux/stack/image.pkr.hcl"), "utf8")).toContain("metadata_options");
});

test("one image that is not valid makes the whole call fail, after all were looked at", async () => {
  machine.answer = (_, args) => ({ stdout: NEW, code: args.includes("architecture=amd64") ? 1 : 0 });
  expect(await packer(["validate", "--layer", "base", "--distribution", "ubuntu2404"], machine.surroundings)).toBe(1);
  expect(machine.lines).toEqual(["base ubuntu2404 amd64: not valid", "base ubuntu2404 arm64: valid"]);
});

test.each([
  [["fmt"], "packer fmt ."],
  [["fmt", "--check"], "packer fmt -check -diff ."],
])("%j formats both layers", async (args, call) => {
  expect(await packer(args, machine.surroundings)).toBe(0);
  expect(packerCalls()).toEqual([call, call]);
});

test("nothing is built from a manifest with gaps, and each gap is named", async () => {
  machine.pinEverything();
  machine.change(({ downloads }) => (downloads["docker-buildx"]!.files.arm64.sha256 = null));
  expect(await packer(["build", ...target], machine.surroundings)).toBe(1);
  expect(machine.errors[0]).toBe("Error: docker-buildx 0.34.1 has no SHA-256 for arm64.");
  expect(machine.errors[1]).toContain("npm run packer -- pin");
  expect(packerCalls()).toEqual([]);
});

test("an old packer does not build", async () => {
  machine.pinEverything();
  machine.answer = () => ({ stdout: OLD });
  expect(await packer(["build", ...target], machine.surroundings)).toBe(1);
  expect(machine.errors).toEqual(["Error: packer 1.6.6 is too old to build: it takes 1.10 or later."]);
  expect(packerCalls()).toEqual([]);
});

/** Packer as it builds: it writes the ids where it is told. */
function building(ids: Readonly<Record<string, string>>): typeof machine.answer {
  return (_, args, folder) => {
    const result = args.find((argument) => argument.startsWith("result="))?.slice("result=".length);
    const id = ids[folder.split("/").at(-1)!]!;
    if (result) writeFileSync(result, JSON.stringify({ builds: [{ artifact_id: id }] }));
    return { stdout: NEW };
  };
}

test("a build makes the base layer and, on the image that came of it, the stack layer", async () => {
  machine.pinEverything();
  machine.answer = building({ base: "eu-west-1:ami-0ba5e", stack: "eu-west-1:ami-057ac,eu-west-2:ami-0c0b1" });
  const options = ["--region", "eu-west-1", "--copy-to", "eu-west-2", "--share-with", "111111111111,222222222222"];
  expect(await packer(["build", ...target, ...options, "--public"], machine.surroundings)).toBe(0);
  expect(packerCalls().map((call) => call.split(" ")[1])).toEqual(["init", "build", "init", "build"]);
  const [, base = "", , stack = ""] = packerCalls();
  expect(base).toContain("-var region=eu-west-1");
  expect(base).not.toMatch(/ami_regions|ami_users|ami_public|base_ami_id/);
  expect(stack).toContain("-var base_ami_id=ami-0ba5e");
  expect(stack).toContain('-var ami_regions=["eu-west-2"]');
  expect(stack).toContain('-var ami_users=["111111111111","222222222222"]');
  expect(stack).toContain("-var ami_public=true");
  expect(machine.lines).toContain("stack ubuntu2404 arm64: eu-west-1 ami-057ac");
  expect(machine.lines).toContain("stack ubuntu2404 arm64: eu-west-2 ami-0c0b1");
});

test.each([
  [
    ["--distribution", "ubuntu2404", "--architecture", "arm64"],
    [/image_id = "ami-1" .*eu-west-1/, /image_id = "ami-2" .*eu-west-2/, /linux_distribution = "ubuntu2404"/, /ARM/],
  ],
  [
    ["--distribution", "amazonlinux2023", "--architecture", "amd64"],
    [/image_id = "ami-1" .*eu-west-1/, /image_id = "ami-2" .*eu-west-2/],
  ],
])("a build of %j ends with the inputs to give to the stack", async (image, inputs) => {
  machine.pinEverything();
  machine.answer = building({ base: "eu-west-1:ami-0", stack: "eu-west-1:ami-1,eu-west-2:ami-2" });
  expect(await packer(["build", ...image, "--region", "eu-west-1"], machine.surroundings)).toBe(0);
  const last = machine.lines.slice(machine.lines.indexOf("Give the stack these inputs:") + 1);
  expect(last).toEqual(inputs.map((input) => expect.stringMatching(input) as string));
});

test("the base layer alone is no image for a stack", async () => {
  machine.pinEverything();
  machine.answer = building({ base: "us-east-1:ami-0" });
  expect(await packer(["build", ...target, "--layer", "base"], machine.surroundings)).toBe(0);
  expect(machine.lines.at(-1)).toBe("base ubuntu2404 arm64: us-east-1 ami-0");
});

test("a base layer that was not built stops the stack layer", async () => {
  machine.pinEverything();
  machine.answer = (_, args) => ({ stdout: NEW, code: args[0] === "build" ? 1 : 0 });
  expect(await packer(["build", ...target], machine.surroundings)).toBe(1);
  expect(machine.errors).toEqual(["Error: base ubuntu2404 arm64 was not built."]);
  expect(packerCalls()).toHaveLength(2);
});
