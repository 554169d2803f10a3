import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Environment } from "../../test/harness/processes";
import type { DeployedFunction } from "./deployed-function";

interface InvocationResult {
  readonly log: string;
  readonly error?: string;
}

/** A warm Lambda container: a process that keeps a function loaded from one invocation to the next. */
export class Container {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stderr = "";

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
      // A process group of its own: Ctrl-C goes to the demo only, which then stops this process.
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", (error) => {
        this.#stderr += error.message;
        resolve();
      });
    });
  }

  /** Returns the function's log. Throws an error with the message of the function's. */
  async invoke(event: unknown): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${this.limitMs / 1000} s`);
      timer = setTimeout(() => reject(error), this.limitMs);
    });
    const ended = this.#exited.then(() => Promise.reject(new Error(`its process ended: ${this.errorOutput()}`)));
    try {
      const { log, error } = await Promise.race([this.answerTo(event), ended, late]);
      if (error !== undefined) throw new Error(error);
      return log;
    } finally {
      clearTimeout(timer);
    }
  }

  private answerTo(event: unknown): Promise<InvocationResult> {
    const child = this.#child;
    return new Promise((resolve) => {
      child.once("message", (answer) => resolve(answer as InvocationResult));
      // Sending fails where the process has ended, which `invoke` reports.
      child.send({ event, functionName: this.fn.name, timeoutMs: this.fn.timeoutSeconds * 1000 }, () => undefined);
    });
  }

  /** The first error on standard error, without the stack trace. */
  private errorOutput(): string {
    const lines = this.#stderr.split("\n").map((line) => line.trim());
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== "") ?? "it said nothing";
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
