/** SendCommand takes no more ids than this, and DescribeInstanceInformation has no longer pages. */
const BATCH_SIZE = 50;

export interface Delivered<T> {
  readonly ids: readonly string[];
  readonly answer: T;
}

/** What went wrong, for which of the instances. */
export type OnFailure = (ids: readonly string[], error: unknown) => void;

/**
 * Calls with batches of ids. `call` answers undefined where AWS refuses a whole batch because of one instance: halving it
 * finds the culprit and reaches the others.
 */
export async function inBatches<T>(
  ids: readonly string[],
  call: (batch: readonly string[]) => Promise<T | undefined>,
  onFailure: OnFailure,
): Promise<readonly Delivered<T>[]> {
  const delivered: Delivered<T>[] = [];
  const queue = split(ids, BATCH_SIZE);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    try {
      const answer = await call(batch);
      if (answer !== undefined) delivered.push({ ids: batch, answer });
      else if (batch.length > 1) queue.push(...split(batch, Math.ceil(batch.length / 2)));
      else onFailure(batch, new Error("Systems Manager cannot reach it"));
    } catch (error) {
      onFailure(batch, error);
    }
  }
  return delivered;
}

function split(ids: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, index) => ids.slice(index * size, (index + 1) * size));
}
