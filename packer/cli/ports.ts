import { type Output } from "../../src/cli/command-line";

export interface Outcome {
  /** Undefined if there is no such program. */
  readonly code: number | undefined;
  readonly stdout: string;
}

/** Standard output is collected when `collect` is set, and shown otherwise. */
export type Run = (
  program: string,
  args: readonly string[],
  options: { readonly folder?: string; readonly collect?: boolean },
) => Promise<Outcome>;

/** Everything outside of this program that the command needs. */
export interface Ports {
  /** The repository's folder. */
  readonly root: string;
  readonly run: Run;
  readonly fetch: typeof fetch;
  readonly output: Output;
}
