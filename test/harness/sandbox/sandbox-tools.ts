import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { run } from "../processes";
import { findMoto, findOnPath, requirePrograms, ToolMissing } from "../tools";

/** What of this machine a sandbox uses, all of it by paths that are the same inside. */
export interface SandboxTools {
  /** An interpreter that is no wrapper and needs no packages. */
  readonly python: string;
  /** The folder of PyYAML, with which cloud-init reads its configuration too. */
  readonly yaml: string;
  readonly aws: string;
}

/** With Debian's packages. */
const PROGRAMS = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  useradd: "passwd",
  pgrep: "procps",
  awk: "mawk",
  ip: "iproute2",
  curl: "curl",
  jq: "jq",
  git: "git",
  "ssh-agent": "openssh-client",
  sudo: "sudo",
  visudo: "sudo",
  strace: "strace",
};

let found: Promise<SandboxTools> | undefined;

/** Fails with a sentence that says what is missing and what to do about it. */
export function sandboxTools(): Promise<SandboxTools> {
  found ??= find();
  return found;
}

async function find(): Promise<SandboxTools> {
  requireLinuxAsRoot();
  requirePrograms(PROGRAMS);
  await requireNamespaces();
  const script = "import sys, yaml, os; print(sys.base_prefix, os.path.dirname(yaml.__file__), sep='\\n')";
  const { stdout } = await run(await findMoto(), ["-c", script], { timeoutMs: 300_000 });
  const [prefix = "", yaml = ""] = stdout.split("\n");
  return { python: join(prefix, "bin/python3"), yaml, aws: findAws(prefix) };
}

function requireLinuxAsRoot(): void {
  if (process.platform !== "linux") throw forbidden(`this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw forbidden("this is not root");
}

async function requireNamespaces(): Promise<void> {
  const probe = ["--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "probe", "/mnt"];
  const outcome = await run("unshare", probe, { timeoutMs: 300_000 });
  if (outcome.code !== 0) throw forbidden(outcome.output.trim());
}

function forbidden(reason: string): ToolMissing {
  return new ToolMissing(
    `The sandbox needs Linux, root, and the right to make namespaces: ${reason}. In a container: docker run --privileged.`,
  );
}

/** The AWS CLI, past the wrappers of pyenv, in a place that the sandbox sees. */
function findAws(prefix: string): string {
  const onPath = findOnPath("aws");
  const candidates = [join(prefix, "bin/aws"), ...(onPath === undefined ? [] : [realpathSync(onPath)])];
  const visible = candidates.find((path) => existsSync(path) && (path.startsWith(prefix) || path.startsWith("/usr/")));
  if (visible !== undefined) return visible;
  throw new ToolMissing("The sandbox needs the AWS CLI: apt-get install awscli, or python3 -m pip install awscli.");
}
