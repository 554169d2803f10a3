import { ARCHITECTURES, type Architecture, type Distribution, DISTRIBUTIONS, type Layer, LAYERS } from "./manifest";

export const DEFAULT_REGION = "us-east-1";

export const HELP = `Usage: npm run packer -- COMMAND [OPTION...]

Makes the Linux images: a base layer (the distribution and what changes seldom)
and on it the stack layer (the agent and this project's own files). Every
version and SHA-256 is in packer/linux/versions.json.

Commands:
  validate   checks templates and versions; needs neither network nor AWS
  fmt        formats the templates
  build      builds in AWS, both layers unless --layer or --base-ami is given
  pin        fills versions.json from the vendors: fetches each file that has no
             SHA-256 yet and checks it against the vendor's own checksum or
             signature (needs gpg and git)

Options of validate, fmt and build:
  --layer LAYER                base or stack
  --distribution NAME          amazonlinux2023 or ubuntu2404 (not of fmt)
  --architecture NAME          amd64 or arm64 (not of fmt)

Options of fmt:
  --check                      writes nothing, fails if there is work

Options of build, which needs --distribution and --architecture:
  --base-ami ID                makes only the stack layer, on this image
  --region REGION              where to build (${DEFAULT_REGION})
  --copy-to REGION,...         where the stack's image is copied to
  --share-with ACCOUNT,...     who may use it besides
  --public                     everybody may use it
  --released                   marks it as released
  --build-number TEXT          a tag of the images
  --instance-type TYPE         of the builder
  --subnet ID                  of the builder

Options of pin:
  --tool NAME                  only this one, as versions.json calls it
  --version VERSION            gives that tool another version
  --all                        checks what has a SHA-256 already, too
  --accept-unproven            takes files that their vendor vouches for nowhere

PACKER names another program than the packer of the PATH. AWS credentials are
found as every AWS tool finds them. --help shows this text.

Exit codes: 0 done, 1 something is wrong, 2 wrong call.`;

export const COMMANDS = ["validate", "fmt", "build", "pin"] as const;
export type Command = (typeof COMMANDS)[number];

export interface Order {
  readonly command: Command;
  readonly layers: readonly Layer[];
  readonly distributions: readonly Distribution[];
  readonly architectures: readonly Architecture[];
  /** Options by name. One without a value has an empty text. */
  readonly options: ReadonlyMap<string, string>;
}

interface Option {
  readonly of: readonly Command[];
  /** What a value looks like, and an example. Without it there is no value. */
  readonly form?: readonly [RegExp, string];
}

const REGION = "[a-z]+(-[a-z]+)+-[0-9]+";
const oneOf = (names: readonly string[]): [RegExp, string] => [
  new RegExp(`^(${names.join("|")})$`),
  names.join(" or "),
];
const listOf = (item: string, example: string): [RegExp, string] => [new RegExp(`^${item}(,${item})*$`), example];

const OPTIONS: Readonly<Record<string, Option>> = {
  "--layer": { of: ["validate", "fmt", "build"], form: oneOf(LAYERS) },
  "--distribution": { of: ["validate", "build"], form: oneOf(DISTRIBUTIONS) },
  "--architecture": { of: ["validate", "build"], form: oneOf(ARCHITECTURES) },
  "--check": { of: ["fmt"] },
  "--base-ami": { of: ["build"], form: [/^ami-[0-9a-f]+$/, "ami-0123456789abcdef0"] },
  "--region": { of: ["build"], form: [new RegExp(`^${REGION}$`), "eu-central-1"] },
  "--copy-to": { of: ["build"], form: listOf(REGION, "eu-central-1,eu-west-1") },
  "--share-with": { of: ["build"], form: listOf("[0-9]{12}", "twelve digits each, separated by commas") },
  "--public": { of: ["build"] },
  "--released": { of: ["build"] },
  "--build-number": { of: ["build"], form: [/^[\w.-]{1,64}$/, "42"] },
  "--instance-type": { of: ["build"], form: [/^[a-z0-9-]+\.[a-z0-9-]+$/, "m7a.xlarge"] },
  "--subnet": { of: ["build"], form: [/^subnet-[0-9a-f]+$/, "subnet-0123456789abcdef0"] },
  "--tool": { of: ["pin"], form: [/^[a-z0-9-]+$/, "docker-buildx"] },
  "--version": { of: ["pin"], form: [/^[\w.+~-]{1,64}$/, "1.2.3"] },
  "--all": { of: ["pin"] },
  "--accept-unproven": { of: ["pin"] },
};

/** What is wrong is added to `problems`; the order is worth something only where nothing is. */
export function readArguments([first = "", ...rest]: readonly string[], problems: string[]): Order {
  const command = COMMANDS.find((name) => name === first);
  if (!command) {
    const given = first === "" ? "A command is missing" : `There is no command ${JSON.stringify(first)}`;
    problems.push(`${given}: give ${COMMANDS.join(", ")}, after npm's own "--".`);
  }
  const options = split(rest, problems);
  for (const [name, value] of options) checkOption(name, value, command, problems);
  if (command === "build") checkBuild(options, problems);
  if (options.has("--version") && !options.has("--tool")) problems.push("--version needs --tool.");
  const chosen = <T extends string>(names: readonly T[], option: string): readonly T[] =>
    names.filter((name) => (options.get(option) ?? name) === name);
  return {
    command: command ?? "validate",
    layers: options.has("--base-ami") ? ["stack"] : chosen(LAYERS, "--layer"),
    distributions: chosen(DISTRIBUTIONS, "--distribution"),
    architectures: chosen(ARCHITECTURES, "--architecture"),
    options,
  };
}

/** The options by name. A value that is missing is an empty text. */
function split(args: readonly string[], problems: string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [name = "", ...inline] = argument.split("=");
    const takesValue = OPTIONS[name]?.form !== undefined;
    let value = inline.join("=");
    if (inline.length === 0 && takesValue && rest[0] !== undefined && !rest[0].startsWith("-")) value = rest.shift()!;
    if (inline.length > 0 && OPTIONS[name] && !takesValue) problems.push(`${name} takes no value.`);
    if (options.has(name)) problems.push(`${name} is given more than once.`);
    options.set(name, value);
  }
  return options;
}

function checkOption(name: string, value: string, command: Command | undefined, problems: string[]): void {
  const option = OPTIONS[name];
  if (!name.startsWith("-")) problems.push(`${JSON.stringify(name)} belongs to no option.`);
  else if (!option) problems.push(`There is no option ${name}. Try --help.`);
  else if (command && !option.of.includes(command)) problems.push(`${name} is an option of ${option.of.join(", ")}.`);
  else if (option.form && value === "") problems.push(`${name} has no value: give ${option.form[1]}.`);
  else if (option.form && !option.form[0].test(value))
    problems.push(`${name} ${JSON.stringify(value)}: give ${option.form[1]}.`);
}

function checkBuild(options: ReadonlyMap<string, string>, problems: string[]): void {
  for (const name of ["--distribution", "--architecture"])
    if (!options.has(name)) problems.push(`build needs ${name}: give ${OPTIONS[name]!.form![1]}.`);
  if (options.get("--layer") === "stack" && !options.has("--base-ami"))
    problems.push("The stack layer needs an image of the base layer: give --base-ami, or leave --layer out.");
  if (options.get("--layer") === "base" && options.has("--base-ami"))
    problems.push("--base-ami is for the stack layer.");
}
