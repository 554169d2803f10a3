import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Environment, run } from "./processes";

export const repository = resolve(__dirname, "../..");
export const motoRequirement = "moto[server]==5.2.1";
/** The version that the emulator's known differences were measured with. */
export const providerVersion = "5.100.0";

/** Something the machine lacks. The message says how to get it and is all a user should see. */
export class ToolMissing extends Error {
  override readonly name = "ToolMissing";
}

/** Fails where a program is not on the PATH. Each comes with the Debian package that has it. */
export function requirePrograms(packages: Readonly<Record<string, string>>): void {
  const missing = Object.keys(packages).filter((program) => findOnPath(program) === undefined);
  if (missing.length === 0) return;
  const names = missing.map((program) => packages[program]).join(" ");
  throw new ToolMissing(`These tests need ${missing.join(", ")}. On Debian and Ubuntu: apt-get install ${names}`);
}

/** The environment without the user's own AWS and Terraform settings, which must never reach a test. */
export function cleanEnvironment(from: Environment = process.env): Environment {
  return Object.fromEntries(
    Object.entries(from).filter(([name]) => name === "AWS_CA_BUNDLE" || !/^(AWS|TF|CDKTF|TERRAFORM)_/.test(name)),
  );
}

/** Where a program lies on the PATH. */
export function findOnPath(program: string, env: Environment = process.env): string | undefined {
  const candidates = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return candidates.map((directory) => join(directory, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function findTerraform(env: Environment = process.env): string {
  const found = findOnPath("terraform", env);
  if (found !== undefined) return found;
  throw new ToolMissing(
    "Terraform is not on the PATH. Install version 1.11 or later: https://developer.hashicorp.com/terraform/install " +
      "(macOS: brew install hashicorp/tap/terraform).",
  );
}

/** The private Python environment that `npm run demo` makes when the machine's Python has no moto. */
export const privatePython = (checkout: string): string => join(checkout, ".demo/venv/bin/python");

/** A Python that can run moto's server. */
export async function findMoto(env: Environment = process.env, checkout = repository): Promise<string> {
  const candidates = [privatePython(checkout), findOnPath("python3", env)].filter((path) => path !== undefined);
  for (const python of candidates) {
    if (existsSync(python) && (await canRunMoto(python, env))) return python;
  }
  throw new ToolMissing(
    `No Python with moto was found. Install it with: python3 -m pip install '${motoRequirement}' ` +
      "(npm run demo makes a private environment for it in .demo/venv).",
  );
}

async function canRunMoto(python: string, env: Environment): Promise<boolean> {
  const check = await run(python, ["-c", "import moto.server, boto3"], { env, timeoutMs: 300_000 });
  return check.code === 0;
}

/** The platform's name in a provider mirror, such as linux_amd64. */
function platform(): string {
  const cpu = process.arch === "x64" ? "amd64" : process.arch;
  return `${process.platform}_${cpu}`;
}

/** Whether the folder is a Terraform filesystem mirror, unpacked or packed, with a provider this project can use on this platform. */
export function isUsableMirror(folder: string): boolean {
  const provider = join(folder, "registry.terraform.io/hashicorp/aws");
  if (!existsSync(provider)) return false;
  const [before, after] = ["terraform-provider-aws_", `_${platform()}.zip`];
  return readdirSync(provider).some((name) => {
    const packed = name.startsWith(before) && name.endsWith(after);
    const version = packed ? name.slice(before.length, -after.length) : name;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const supported = (major === 5 && minor >= 100) || major === 6;
    return supported && (packed || existsSync(join(provider, version, platform())));
  });
}

/** Looks for a copy of the AWS provider on this machine, for at most a minute in each likely place. */
export async function findProviderMirror(env: Environment = process.env): Promise<string | undefined> {
  if (env.TF_PLUGIN_MIRROR) {
    if (isUsableMirror(env.TF_PLUGIN_MIRROR)) return env.TF_PLUGIN_MIRROR;
    throw new ToolMissing(`TF_PLUGIN_MIRROR is ${env.TF_PLUGIN_MIRROR}, where no usable AWS provider lies.`);
  }
  const find = findOnPath("find", env);
  if (find === undefined) return undefined;
  const places = ["/opt", "/usr", "/var", "/home", homedir()].filter((place) => existsSync(place));
  // One after the other: the likely places are small, and a search of all of them may run out of time.
  for (const place of places) {
    const mirror = await findMirrorBelow(place, find, env);
    if (mirror !== undefined) return mirror;
  }
  return undefined;
}

async function findMirrorBelow(place: string, find: string, env: Environment): Promise<string | undefined> {
  const pattern = "*/registry.terraform.io/hashicorp/aws";
  const depth = ["-xdev", "-maxdepth", "9"];
  const args = [place, ...depth, "-name", "node_modules", "-prune", "-o", "-type", "d", "-path", pattern, "-print"];
  const lines: string[] = [];
  await run(find, args, { env, timeoutMs: 60_000, onLine: (line) => lines.push(line) }).catch(() => undefined);
  const roots = lines.filter((line) => line.startsWith("/")).map((line) => resolve(line, "../../.."));
  return roots.find(isUsableMirror);
}

interface MirrorOptions {
  readonly env?: Environment;
  readonly signal?: AbortSignal;
  /** Called when nothing was found and a download begins. */
  readonly onDownload?: () => void;
}

let mirror: Promise<string> | undefined;

/** A mirror to install the provider from: one that is there, or else a download, made once for the checkout. */
export function providerMirror(options: MirrorOptions = {}): Promise<string> {
  mirror ??= findOrDownload(options);
  return mirror;
}

async function findOrDownload({ env = process.env, signal, onDownload }: MirrorOptions): Promise<string> {
  const folder = join(repository, "build/provider");
  // The layout in which an initialised folder keeps its providers is that of a mirror.
  const downloaded = join(folder, ".terraform/providers");
  if (!env.TF_PLUGIN_MIRROR && isUsableMirror(downloaded)) return downloaded;
  const found = await findProviderMirror(env);
  if (found !== undefined) return found;
  onDownload?.();
  try {
    await download(folder, env, signal);
    return downloaded;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function download(folder: string, env: Environment, signal?: AbortSignal): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const source = `aws = { source = "hashicorp/aws", version = "${providerVersion}" }`;
  writeFileSync(join(folder, "versions.tf"), `terraform {\n  required_providers {\n    ${source}\n  }\n}\n`);
  const config = join(folder, "terraform.rc");
  writeFileSync(config, "");
  const init = await run(findTerraform(env), ["init", "-input=false", "-no-color"], {
    cwd: folder,
    env: { ...cleanEnvironment(env), TF_CLI_CONFIG_FILE: config, CHECKPOINT_DISABLE: "1" },
    timeoutMs: 600_000,
    ...(signal && { signal }),
  });
  if (init.code === 0) return;
  throw new ToolMissing(
    "The AWS provider is not on this machine and Terraform could not download it. Connect to the internet, or set " +
      "TF_PLUGIN_MIRROR to a filesystem mirror that has it (terraform providers mirror DIR makes one).",
  );
}
