import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buildLambdas, unpack } from "../built-lambdas";

const RUNTIME = join(__dirname, "../lambda-runtime.mjs");
const LONGEST_RUN_MS = 300_000;

export type LogLine = Readonly<Record<string, unknown>>;

export interface Invocation {
  readonly result?: unknown;
  /** The message with which the handler rejected. */
  readonly error?: string;
}

export interface ScalerRun {
  /** One for each that was planned; fewer when the process died. */
  readonly invocations: readonly Invocation[];
  /** What the function logged, each line parsed. */
  readonly lines: readonly LogLine[];
  readonly stderr: string;
  readonly code: number | null;
  /** NaN when the process died. */
  readonly peakMemoryMB: number;
}

export interface PlannedInvocation {
  readonly event?: object;
  /** The clock is set forward before it begins, or back. */
  readonly clockAheadMs?: number;
  /** The clock jumps while it runs. */
  readonly jump?: { readonly afterMs: number; readonly byMs: number };
}

export interface RunOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** One after the other in the same process: the container stays warm. */
  readonly invocations?: readonly PlannedInvocation[];
  readonly remainingMs?: number;
  /** Between two invocations. */
  readonly pauseMs?: number;
  /** A process that still runs then is ended by force: its exit code is null. */
  readonly limitMs?: number;
}

/** The AgentScaler's zip, unpacked, to be run as Lambda runs it. */
export class ScalerBundle {
  private constructor(private readonly folder: string) {}

  get file(): string {
    return join(this.folder, "agent-scaler", "index.js");
  }

  static build(): ScalerBundle {
    const folder = mkdtempSync(join(tmpdir(), "agent-scaler-"));
    const { status, stderr } = buildLambdas(folder);
    if (status !== 0) throw new Error(`the bundle could not be built: ${stderr}`);
    unpack(join(folder, "agent-scaler.zip"), join(folder, "agent-scaler"));
    return new ScalerBundle(folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** One container, in a process with nothing but what Lambda gives a function. */
  async run(options: RunOptions): Promise<ScalerRun> {
    const { environment, invocations = [{}], remainingMs = 60_000, pauseMs = 20, limitMs = LONGEST_RUN_MS } = options;
    const plan = JSON.stringify({ invocations, remainingMs, pauseMs });
    const child = spawn(process.execPath, ["--no-warnings", RUNTIME, this.file, plan], {
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    const [log, stderr, outcomes] = [child.stdio[1], child.stdio[2], child.stdio[3] as Readable].map(collected);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const reported = parsed<Invocation & { readonly peakMemoryMB?: number }>(outcomes!());
    return {
      invocations: reported.filter(({ peakMemoryMB }) => peakMemoryMB === undefined),
      lines: parsed<LogLine>(log!()),
      stderr: stderr!(),
      code,
      peakMemoryMB: reported.find(({ peakMemoryMB }) => peakMemoryMB !== undefined)?.peakMemoryMB ?? NaN,
    };
  }
}

function collected(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return () => text;
}

function parsed<T>(text: string): T[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as T);
}
