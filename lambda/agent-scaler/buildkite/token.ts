/** Seconds for which a token is used without asking again. */
const FRESH_SECONDS = 300;

/** The agent token, read anew after five minutes or when Buildkite refuses it. */
export class AgentToken {
  private cached: { readonly token: string; readonly readAt: number } | undefined;
  /** Many queues are polled at once: they share one call. */
  private reading: Promise<string> | undefined;

  constructor(
    private readonly read: () => Promise<string>,
    private readonly now: () => number,
  ) {}

  async get(): Promise<string> {
    if (this.cached !== undefined && this.now() - this.cached.readAt < FRESH_SECONDS) return this.cached.token;
    return this.renew();
  }

  /** Asks at once; where that fails, the old token may still be the right one. */
  renew(): Promise<string> {
    this.reading ??= this.readAnew().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readAnew(): Promise<string> {
    const readAt = this.now();
    try {
      this.cached = { token: await this.read(), readAt };
    } catch (error) {
      if (this.cached === undefined) throw error;
    }
    return this.cached.token;
  }
}

/** Does something with the token; where Buildkite refuses it and a new one is there, does it again with that. */
export async function withToken<T>(
  source: AgentToken,
  refused: (error: unknown) => boolean,
  use: (token: string) => Promise<T>,
): Promise<T> {
  const token = await source.get();
  try {
    return await use(token);
  } catch (error) {
    if (!refused(error)) throw error;
    const renewed = await source.renew();
    if (renewed === token) throw error;
    return use(renewed);
  }
}
