import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/processes";
import { findMoto, findOnPath, ToolMissing } from "../support/tools";

/** What of this machine a sandbox uses, all of it by paths that are the same inside. */
export interface SandboxTools {
  /** An interpreter that is no wrapper and needs no packages. */
  readonly python: string;
  /** The folder of PyYAML, with which cloud-init reads its configuration too. */
  readonly yaml: string;
  readonly aws: string;
}

const PROGRAMS = ["unshare", "nsenter", "setpriv", "ip", "curl", "jq", "git", "ssh-agent", "sudo", "visudo", "strace"];
const PACKAGES = "util-linux iproute2 curl jq git openssh-client sudo strace";

let found: Promise<SandboxTools> | undefined;

/** Fails with a sentence that says what is missing and what to do about it. */
export function sandboxTools(): Promise<SandboxTools> {
  found ??= find();
  return found;
}

async function find(): Promise<SandboxTools> {
  await requireNamespaces();
  const missing = PROGRAMS.filter((program) => findOnPath(program) === undefined);
  if (missing.length > 0) {
    throw new ToolMissing(`The sandbox needs ${missing.join(", ")}. On Debian and Ubuntu: apt-get install ${PACKAGES}`);
  }
  const script = "import sys, yaml, os; print(sys.base_prefix, os.path.dirname(yaml.__file__), sep='\\n')";
  const { stdout } = await run(await findMoto(), ["-c", script], { timeoutMs: 60_000 });
  const [prefix = "", yaml = ""] = stdout.split("\n");
  return { python: join(prefix, "bin/python3"), yaml, aws: findAws(prefix) };
}

async function requireNamespaces(): Promise<void> {
  const say = (reason: string) =>
    new ToolMissing(
      `The sandbox needs Linux, root, and the right to make namespaces: ${reason}. In a container: docker run --privileged.`,
    );
  if (process.platform !== "linux") throw say(`this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw say("this is not root");
  const probe = ["--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "probe", "/mnt"];
  const outcome = await run("unshare", probe, { timeoutMs: 20_000 });
  if (outcome.code !== 0) throw say(outcome.output.trim());
}

/** The AWS CLI, past the wrappers of pyenv, in a place that the sandbox sees. */
function findAws(prefix: string): string {
  const onPath = findOnPath("aws");
  const candidates = [join(prefix, "bin/aws"), ...(onPath === undefined ? [] : [realpathSync(onPath)])];
  const visible = candidates.find((path) => existsSync(path) && (path.startsWith(prefix) || path.startsWith("/usr/")));
  if (visible !== undefined) return visible;
  throw new ToolMissing("The sandbox needs the AWS CLI: apt-get install awscli, or python3 -m pip install awscli.");
}
