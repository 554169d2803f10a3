import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Environment } from "../../test/harness/processes";
import type { DeployedFunction } from "./deployed-function";

interface Answer {
  readonly log: string;
  readonly error?: string;
}

/** A warm container of Lambda: a process that keeps a function loaded from one invocation to the next. */
export class Container {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #said = "";

  /** `env` is what Lambda adds to the function's own environment: region, credentials, endpoint. */
  constructor(
    private readonly fn: DeployedFunction,
    env: Environment,
    private readonly limitMs = 10_000,
  ) {
    const script = join(__dirname, "warm-container.mjs");
    this.#child = spawn(process.execPath, [script, fn.folder, fn.handler], {
      cwd: fn.folder,
      env: { ...env, ...fn.environment, AWS_LAMBDA_FUNCTION_NAME: fn.name, LAMBDA_TASK_ROOT: fn.folder },
      // A group of its own: Ctrl-C in the terminal is for the demo, which then stops this.
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", (error) => {
        this.#said += error.message;
        resolve();
      });
    });
  }

  /** Returns what the function wrote. Throws what it threw. */
  async invoke(event: unknown): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${this.limitMs / 1000} s`);
      timer = setTimeout(() => reject(error), this.limitMs);
    });
    const ended = this.#exited.then(() => Promise.reject(new Error(`its process ended: ${this.lastWords()}`)));
    try {
      const { log, error } = await Promise.race([this.answerTo(event), ended, late]);
      if (error !== undefined) throw new Error(error);
      return log;
    } finally {
      clearTimeout(timer);
    }
  }

  private answerTo(event: unknown): Promise<Answer> {
    const child = this.#child;
    return new Promise((resolve) => {
      child.once("message", (answer) => resolve(answer as Answer));
      // A process that cannot be reached any more has ended, which is told by its end.
      child.send({ event, functionName: this.fn.name, timeoutMs: this.fn.timeoutSeconds * 1000 }, () => undefined);
    });
  }

  /** What it said on standard error, without the stack. */
  private lastWords(): string {
    const lines = this.#said.split("\n").map((line) => line.trim());
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== "") ?? "it said nothing";
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
