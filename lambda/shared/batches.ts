/** SendCommand takes no more ids than this, and DescribeInstanceInformation has no longer pages. */
const BATCH_SIZE = 50;

export interface Delivered<T> {
  readonly ids: readonly string[];
  readonly answer: T;
}

/** undefined: AWS refuses the whole batch because of one of its ids. */
export type Call<T> = (batch: readonly string[]) => Promise<T | undefined>;

/** What went wrong, for which of the ids. */
export type OnFailure = (ids: readonly string[], error: unknown) => void;

/** All batches at once: together they take no longer than the slowest. */
export async function inBatches<T>(
  ids: readonly string[],
  call: Call<T>,
  onFailure: OnFailure,
): Promise<readonly Delivered<T>[]> {
  const delivered = split(ids, BATCH_SIZE).map((batch) => deliver(batch, call, onFailure));
  return (await Promise.all(delivered)).flat();
}

async function deliver<T>(
  ids: readonly string[],
  call: Call<T>,
  onFailure: OnFailure,
): Promise<readonly Delivered<T>[]> {
  try {
    const answer = await call(ids);
    if (answer !== undefined) return [{ ids, answer }];
    if (ids.length === 1) throw new Error("Systems Manager cannot reach it");
  } catch (error) {
    onFailure(ids, error);
    return [];
  }
  // Halving finds the culprit and reaches the others.
  const halves = split(ids, Math.ceil(ids.length / 2)).map((half) => deliver(half, call, onFailure));
  return (await Promise.all(halves)).flat();
}

function split(ids: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, index) => ids.slice(index * size, (index + 1) * size));
}
