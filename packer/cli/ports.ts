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

/** All that the command has to do with outside of itself. */
export interface Ports {
  /** The repository's folder. */
  readonly root: string;
  readonly run: Run;
  readonly fetch: typeof fetch;
  readonly output: Output;
}
