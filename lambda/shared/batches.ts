/** Limit of SendCommand, and of DescribeInstanceInformation's page size. */
const BATCH_SIZE = 50;

/** undefined: AWS refuses the whole batch because of one of its ids. */
export type Call<T> = (batch: readonly string[]) => Promise<T | undefined>;

export interface Batches<T> {
  /** Batches that AWS has accepted, in the order of the ids. */
  readonly delivered: readonly { readonly ids: readonly string[]; readonly result: T }[];
  /** Ids that AWS refuses also alone: Systems Manager cannot reach these instances. */
  readonly unreachable: readonly string[];
  /** Batches whose call was rejected, each with its error. */
  readonly failures: readonly { readonly ids: readonly string[]; readonly error: unknown }[];
}

/** "parallel" takes as long as the slowest call; "sequential" avoids throttling. */
export type Order = "parallel" | "sequential";

/** Calls with batches of 50 ids. A refused batch is halved until the ids that cannot be reached are found. */
export async function inBatches<T>(ids: readonly string[], call: Call<T>, order: Order): Promise<Batches<T>> {
  return inParts(split(ids, BATCH_SIZE), call, order);
}

async function inParts<T>(parts: readonly (readonly string[])[], call: Call<T>, order: Order): Promise<Batches<T>> {
  const results: Batches<T>[] = [];
  if (order === "parallel") results.push(...(await Promise.all(parts.map((part) => deliver(part, call, order)))));
  else for (const part of parts) results.push(await deliver(part, call, order));
  return {
    delivered: results.flatMap(({ delivered }) => delivered),
    unreachable: results.flatMap(({ unreachable }) => unreachable),
    failures: results.flatMap(({ failures }) => failures),
  };
}

async function deliver<T>(ids: readonly string[], call: Call<T>, order: Order): Promise<Batches<T>> {
  const none = { delivered: [], unreachable: [], failures: [] };
  try {
    const result = await call(ids);
    if (result !== undefined) return { ...none, delivered: [{ ids, result }] };
  } catch (error) {
    return { ...none, failures: [{ ids, error }] };
  }
  if (ids.length === 1) return { ...none, unreachable: ids };
  return inParts(split(ids, Math.ceil(ids.length / 2)), call, order);
}

function split(ids: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, index) => ids.slice(index * size, (index + 1) * size));
}
