import { COMMANDS, HELP, readArguments } from "../../packer/cli/arguments";

function problemsOf(...args: string[]): string[] {
  const problems: string[] = [];
  readArguments(args, problems);
  return problems;
}

const target = ["--distribution", "ubuntu2404", "--architecture", "arm64"];

test.each<[string, string[], string]>([
  ["no command", [], "A command is missing: give validate, fmt, build, pin"],
  ["an unknown command", ["make"], 'There is no command "make"'],
  ["an unknown option", ["validate", "--fast"], "There is no option --fast"],
  ["a word without option", ["validate", "base"], '"base" belongs to no option'],
  ["another command's option", ["validate", "--public"], "--public is an option of build"],
  ["an option twice", ["validate", "--layer", "base", "--layer", "stack"], "--layer is given more than once"],
  ["a missing value", ["validate", "--layer"], "--layer has no value: give base or stack"],
  ["a value that is an option", ["build", ...target, "--region", "--public"], "--region has no value"],
  ["a value where there is none", ["build", ...target, "--public=yes"], "--public takes no value"],
  ["an unknown layer", ["validate", "--layer", "top"], '--layer "top": give base or stack'],
  ["an unknown distribution", ["validate", "--distribution", "debian"], "give amazonlinux2023 or ubuntu2404"],
  ["an unknown architecture", ["validate", "--architecture=x86_64"], "give amd64 or arm64"],
  ["a region that is none", ["build", ...target, "--region", "Frankfurt"], "give eu-central-1"],
  ["regions with blanks", ["build", ...target, "--copy-to", "eu-west-1, eu-west-2"], "give eu-central-1,eu-west-1"],
  ["an account that is none", ["build", ...target, "--share-with", "12"], "twelve digits"],
  ["an image that is none", ["build", ...target, "--base-ami", "latest"], "give ami-0123456789abcdef0"],
  ["a build without distribution", ["build", "--architecture", "arm64"], "build needs --distribution"],
  ["a build without architecture", ["build", "--distribution", "ubuntu2404"], "build needs --architecture"],
  ["a stack layer on nothing", ["build", ...target, "--layer", "stack"], "give --base-ami, or leave --layer out"],
  [
    "a base layer on an image",
    ["build", ...target, "--layer", "base", "--base-ami", "ami-0"],
    "--base-ami is for the stack layer",
  ],
  ["a version of no tool", ["pin", "--version", "1.2.3"], "--version needs --tool"],
  ["a version with a slash", ["pin", "--tool", "ecr", "--version", "../1"], '--version "../1": give 1.2.3'],
])("%s is refused with what to do", (_, args, message) => {
  expect(problemsOf(...args)).toEqual([expect.stringContaining(message)]);
});

test("everything that is wrong is said at once", () => {
  expect(problemsOf("build", "--layer", "top", "--fast", "--copy-to", "x")).toHaveLength(5);
});

test("validate means every layer, distribution and architecture unless told otherwise", () => {
  const problems: string[] = [];
  expect(readArguments(["validate"], problems)).toMatchObject({
    layers: ["base", "stack"],
    distributions: ["amazonlinux2023", "ubuntu2404"],
    architectures: ["amd64", "arm64"],
  });
  expect(readArguments(["validate", "--layer=stack", "--architecture", "arm64"], problems)).toMatchObject({
    layers: ["stack"],
    distributions: ["amazonlinux2023", "ubuntu2404"],
    architectures: ["arm64"],
  });
  expect(problems).toEqual([]);
});

test("a build on a given base image makes only the stack layer", () => {
  const problems: string[] = [];
  expect(readArguments(["build", ...target], problems).layers).toEqual(["base", "stack"]);
  expect(readArguments(["build", ...target, "--base-ami", "ami-0abc"], problems).layers).toEqual(["stack"]);
  expect(problems).toEqual([]);
});

test("the help names every command and option, in lines of a terminal's width", () => {
  const options = ["--layer", "--distribution", "--architecture", "--check", "--base-ami", "--region", "--copy-to"];
  const more = ["--share-with", "--public", "--released", "--build-number", "--instance-type", "--subnet", "--tool"];
  for (const word of [...COMMANDS, ...options, ...more, "--version", "--all", "--accept-unproven", "--help"])
    expect(HELP).toContain(word);
  expect(HELP.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
