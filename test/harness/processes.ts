import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stopGroups } from "./process-tree";

export type Environment = Record<string, string | undefined>;

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Environment;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Called for every line of standard output and standard error while the process runs. */
  readonly onLine?: (line: string) => void;
}

export interface RunOptions extends StartOptions {
  readonly timeoutMs: number;
  /** Stops the process and all its descendants when aborted. */
  readonly signal?: AbortSignal;
}

export interface Outcome {
  /** Exit code, or null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and standard error in order of arrival. */
  readonly output: string;
}

export interface Running {
  readonly pid: number;
  readonly exited: Promise<Outcome>;
  /** Everything written so far. */
  output(): string;
  /** SIGTERM to the process and all its descendants, SIGKILL after `graceMs`. Resolves when they are gone. */
  stop(graceMs?: number): Promise<void>;
}

/** Ends our process groups when this process disappears without having done so itself, even by SIGKILL. */
const GUARD = `groups=
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
sleep 3
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done`;

const guarded = new Set<number>();
let guard: ChildProcess | undefined;

/** Tells the guard which groups are alive; the guard reads this again and again until its input ends. */
function tellGuard(): void {
  if (guard === undefined) {
    guard = spawn("/bin/sh", ["-c", GUARD], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    guard.unref();
    // A guard that was ended from outside must not take us with it.
    guard.stdin?.on("error", () => (guard = undefined));
    (guard.stdin as unknown as { unref?: () => void }).unref?.();
  }
  guard.stdin?.write(`${[...guarded].join(" ")}\n`);
  if (guarded.size > 0) return;
  guard.stdin?.end();
  guard = undefined;
}

function watch(pid: number): void {
  guarded.add(pid);
  tellGuard();
}

function unwatch(pid: number): void {
  if (guarded.delete(pid)) tellGuard();
}

/** Starts a process in a group of its own. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  if (pid > 0) watch(pid);
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  if (options.onLine !== undefined) {
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", options.onLine);
  }
  // A process that exits without reading its input is no error of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exited = new Promise<Outcome>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`cannot start ${command}: ${error.message}`)));
    child.once("close", (code) => resolve({ code, stdout, output }));
  }).finally(() => unwatch(pid));
  exited.catch(() => undefined);
  return { pid, exited, output: () => output, stop: (graceMs = 5_000) => stopGroups(pid, graceMs) };
}

/** Runs a process to its end. A non-zero exit is an outcome, not an error; a timeout or an abort is an error. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  options.signal?.throwIfAborted();
  const running = start(command, args, options);
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    const seconds = options.timeoutMs / 1000;
    timer = setTimeout(() => reject(new Error(`${command} did not finish within ${seconds} s`)), options.timeoutMs);
    abort = () => reject(new Error(`${command} was interrupted`));
    options.signal?.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([running.exited, interrupted]);
  } catch (error) {
    await running.stop();
    throw error;
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) options.signal?.removeEventListener("abort", abort);
  }
}

/** Asks until the answer is true; false when `timeoutMs` pass first. */
export async function until(
  question: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs = 50,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await question()) return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
