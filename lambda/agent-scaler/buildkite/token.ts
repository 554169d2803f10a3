/** Seconds for which a token is used without reading it again. */
const CACHE_SECONDS = 300;

/** The agent token, read again after five minutes or when Buildkite refuses it. */
export class AgentToken {
  private cached: { readonly token: string; readonly readAt: number } | undefined;
  /** A call under way, shared by all queues. */
  private reading: Promise<string> | undefined;

  constructor(
    private readonly read: () => Promise<string>,
    private readonly now: () => number,
  ) {}

  async get(): Promise<string> {
    if (this.cached !== undefined && this.now() - this.cached.readAt < CACHE_SECONDS) return this.cached.token;
    return this.renew();
  }

  /** Reads the token now. Where that fails, the old token is kept, which may still be valid. */
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

/** Calls `use` with the token; where Buildkite refuses it and the parameter holds another one, once more with that. */
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
