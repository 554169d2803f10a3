import { randomUUID } from "node:crypto";
import { type Outcome, run } from "../processes";

export interface RunOptions {
  /** Whether every program that starts meanwhile is written down, with its arguments. */
  readonly traced?: boolean;
  readonly user?: "root" | "buildkite-agent";
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

const ROOT = { HOME: "/root", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
const AGENT = { HOME: "/var/lib/buildkite-agent", PATH: "/usr/local/bin:/usr/bin" };
/** The tracer stays with what the command leaves behind, so it must not hold the command's output. */
const TRACED = `strace -D -f -qq -e trace=execve -s 100000 -A -o /run/sandbox/executions bash -c "$command" >"$output" 2>&1
code=$?
cat "$output"
exit $code`;

/** Runs a command of bash in the namespaces of a process, and nothing but what it is given in its environment. */
export function runInside(
  pid: number,
  command: string,
  options: RunOptions & { readonly timeoutMs: number },
): Promise<Outcome> {
  const { user = "root", env = {}, input, timeoutMs, traced = false } = options;
  const isRoot = user === "root";
  const trace = traced ? { command, output: `/run/sandbox/journal/output-${randomUUID()}` } : {};
  const variables = { ...(isRoot ? ROOT : AGENT), USER: user, LANG: "C.UTF-8", ...trace, ...env };
  const words = Object.entries(variables).map(([name, content]) => `${name}=${content}`);
  const as = isRoot ? [] : ["setpriv", "--reuid", user, "--regid", user, "--init-groups"];
  const where = ["--target", String(pid), "--mount", "--net", "--pid"];
  const inside = [...as, "env", "-i", ...words, "bash", "-c", traced ? TRACED : command];
  return run("nsenter", [...where, ...inside], { timeoutMs, ...(input !== undefined && { input }) });
}
