import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packer } from "../../packer/cli/command";
import { Machine } from "../harness/image/build-machine";

const NEW = "Packer v1.14.2\n";

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

const refused: [string, string[], string][] = [
  ["no command", [], "a command is missing: give validate, fmt, build, pin."],
  ["an unknown command", ["biuld"], "unknown command 'biuld'. Did you mean build?"],
  ["an unknown option", ["validate", "--layr", "base"], "unknown option '--layr'. Did you mean --layer?"],
  ["a word without option", ["validate", "base"], '"base" belongs to no option.'],
  ["another command's option", ["validate", "--public"], "unknown option '--public'."],
  ["a missing value", ["validate", "--layer"], "option '--layer <LAYER>' argument missing."],
  [
    "a value that is an option",
    ["build", ...target, "--region", "--public"],
    "'--public' is invalid. It must be a region",
  ],
  ["an unknown layer", ["validate", "--layer", "top"], "argument 'top' is invalid. Allowed choices are base, stack."],
  ["an unknown distribution", ["validate", "--distribution", "debian"], "choices are amazonlinux2023, ubuntu2404."],
  ["an unknown architecture", ["validate", "--architecture=x86_64"], "Allowed choices are amd64, arm64."],
  ["a region that is none", ["build", ...target, "--region", "Frankfurt"], "a region such as eu-central-1"],
  ["regions with blanks", ["build", ...target, "--copy-to", "eu-west-1, eu-west-2"], "separated by commas without"],
  ["an account that is none", ["build", ...target, "--share-with", "12"], "twelve digits"],
  ["an image that is none", ["build", ...target, "--base-ami", "latest"], "ami-0123456789abcdef0"],
  ["a build without distribution", ["build", "--architecture", "arm64"], "'--distribution <NAME>' not specified"],
  ["a build without architecture", ["build", "--distribution", "ubuntu2404"], "'--architecture <NAME>' not specified"],
  ["a stack layer on nothing", ["build", ...target, "--layer", "stack"], "give --base-ami, or leave --layer out"],
  [
    "a base layer on one",
    ["build", ...target, "--layer", "base", "--base-ami", "ami-0"],
    "--base-ami is for the stack",
  ],
  ["a version of no tool", ["pin", "--version", "1.2.3"], "--version needs --tool."],
  ["a version with a slash", ["pin", "--tool", "ecr", "--version", "../1"], "argument '../1' is invalid. It must be"],
];

test.each(refused)(
  "%s is refused with a sentence that says what is allowed, and nothing is done",
  async (_, args, message) => {
    expect(await packer(args, machine.ports)).toBe(2);
    expect(machine.errors).toEqual([expect.stringMatching(/^Error: [^\n]*$/), 'Try --help, after npm\'s own "--".']);
    expect(machine.errors[0]).toContain(message);
    expect(machine.calls).toEqual([]);
  },
);

test.each(["validate", "fmt", "build", "pin"])(
  "%s --help shows usage, an example and the exit codes in 80 columns",
  async (name) => {
    expect(await packer([name, "--nonsense", "--help"], machine.ports)).toBe(0);
    const help = machine.lines.join("\n");
    expect(help).toMatch(
      new RegExp(`^Usage: npm run packer -- ${name} [^]*Example:\n {2}npm run packer -- ${name} [^]*Exit codes: 0`),
    );
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
  },
);

test("--help lists the commands", async () => {
  expect(await packer(["--help"], machine.ports)).toBe(0);
  expect(machine.lines.join("\n").match(/^ {2}(?:validate|fmt|build|pin) \[options\]/gm)).toHaveLength(4);
});

const unusable: [string, typeof machine.answer, RegExp][] = [
  ["a missing packer", () => ({ code: undefined }), /^Error: there is no packer\. Install it .*PACKER\.$/],
  [
    "Red Hat's other packer",
    () => ({ stdout: "usage: packer [dictionary]" }),
    /^Error: packer is not HashiCorp's Packer\./,
  ],
  [
    "an old packer",
    () => ({ stdout: "Packer v1.6.6\n" }),
    /^Error: packer is version 1\.6\.6, and 1\.10 or later is needed\. Install/,
  ],
];

describe.each([[["validate"]], [["fmt"]], [["build", ...target]]])("%j", (args) => {
  test.each(unusable)("with %s is a failure of one sentence, and runs nothing", async (_, answer, message) => {
    machine.pinEverything();
    machine.answer = answer;
    expect(await packer(args, machine.ports)).toBe(1);
    expect(machine.errors).toEqual([expect.stringMatching(message)]);
    expect(packerCalls()).toEqual([]);
  });
});

test.each([[["validate"]], [["build", ...target]], [["pin"]]])(
  "a manifest that contradicts itself stops %j",
  async (args) => {
    machine.change(({ downloads }) => (downloads["git-lfs"]!.files.amd64.sha256 = "x"));
    expect(await packer(args, machine.ports)).toBe(1);
    expect(machine.errors).toEqual([
      "versions.json: git-lfs: x is no SHA-256.",
      "Error: versions.json contradicts itself. Nothing was done.",
    ]);
    expect(machine.calls).toEqual([]);
  },
);

test("validate gets the plugin once a layer and looks at each image in the layer's own folder", async () => {
  const folders: string[] = [];
  machine.answer = (_, args, folder) => (args[0] === "validate" ? (folders.push(folder), {}) : { stdout: NEW });
  expect(await packer(["validate", "--distribution", "ubuntu2404"], machine.ports)).toBe(0);
  const at = (layer: string) => join(machine.root, "packer/linux", layer);
  expect(folders).toEqual([at("base"), at("base"), at("stack"), at("stack")]);
  expect(packerCalls().map((one) => one.split(" ")[1])).toEqual([
    ...["init", "validate", "validate"],
    ...["init", "validate", "validate"],
  ]);
  expect(packerCalls()[1]).toBe(
    "packer validate -var distribution=ubuntu2404 -var architecture=amd64 -var region=us-east-1 .",
  );
  expect(packerCalls()[5]).toMatch(/architecture=arm64 .*-var base_ami_id=ami-\w+ \.$/);
});

test("what the templates name is there", () => {
  for (const layer of ["base", "stack"]) {
    const folder = join(machine.root, "packer/linux", layer);
    const named = readFileSync(join(folder, "image.pkr.hcl"), "utf8").matchAll(/\{path\.root\}\/(\.\.\/[^"]+)"/g);
    const paths = [...named].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  }
});

test("a plugin that cannot be had stops validate", async () => {
  machine.answer = (_, args) => ({ stdout: NEW, code: args[0] === "init" ? 1 : 0 });
  expect(await packer(["validate"], machine.ports)).toBe(1);
  expect(machine.errors).toEqual([expect.stringContaining("packer init did not get the plugin")]);
});

test("one image that is not valid makes the whole call fail, after all were looked at", async () => {
  machine.answer = (_, args) => ({ stdout: NEW, code: args.includes("architecture=amd64") ? 1 : 0 });
  expect(await packer(["validate", "--layer", "base", "--distribution", "ubuntu2404"], machine.ports)).toBe(1);
  expect(machine.lines).toEqual(["base ubuntu2404 amd64: not valid", "base ubuntu2404 arm64: valid"]);
  expect(machine.errors).toEqual(["Error: not valid: base ubuntu2404 amd64."]);
});

test.each([
  [["fmt"], "packer fmt ."],
  [["fmt", "--check"], "packer fmt -check -diff ."],
])("%j formats both layers", async (args, call) => {
  expect(await packer(args, machine.ports)).toBe(0);
  expect(packerCalls()).toEqual([call, call]);
});

test("nothing is built from a manifest with gaps, and each gap is named", async () => {
  machine.pinEverything();
  machine.change(({ downloads }) => (downloads["docker-buildx"]!.files.arm64.sha256 = null));
  expect(await packer(["build", ...target], machine.ports)).toBe(1);
  expect(machine.errors[0]).toBe("versions.json: docker-buildx 0.34.1 has no SHA-256 for arm64.");
  expect(machine.errors[1]).toContain("npm run packer -- pin");
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
  expect(await packer(["build", ...target, ...options, "--public"], machine.ports)).toBe(0);
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
  expect(await packer(["build", ...image, "--region", "eu-west-1"], machine.ports)).toBe(0);
  const last = machine.lines.slice(machine.lines.indexOf("Give the stack these inputs:") + 1);
  expect(last).toEqual(inputs.map((input) => expect.stringMatching(input) as string));
});

test("the base layer alone is no image for a stack", async () => {
  machine.pinEverything();
  machine.answer = building({ base: "us-east-1:ami-0" });
  expect(await packer(["build", ...target, "--layer", "base"], machine.ports)).toBe(0);
  expect(machine.lines.at(-1)).toBe("base ubuntu2404 arm64: us-east-1 ami-0");
});

test("a base layer that was not built stops the stack layer", async () => {
  machine.pinEverything();
  machine.answer = (_, args) => ({ stdout: NEW, code: args[0] === "build" ? 1 : 0 });
  expect(await packer(["build", ...target], machine.ports)).toBe(1);
  expect(machine.errors).toEqual(["Error: base ubuntu2404 arm64 was not built."]);
  expect(packerCalls()).toHaveLength(2);
});
