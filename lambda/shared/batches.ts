/** SendCommand takes no more ids than this, and DescribeInstanceInformation has no longer pages. */
const BATCH_SIZE = 50;

/** undefined: AWS refuses the whole batch because of one of its ids. */
export type Call<T> = (batch: readonly string[]) => Promise<T | undefined>;

export interface Batches<T> {
  /** Batches that AWS has taken, in the order of the ids. */
  readonly delivered: readonly { readonly ids: readonly string[]; readonly answer: T }[];
  /** Ids that AWS refuses also by themselves: Systems Manager cannot reach these instances. */
  readonly unreachable: readonly string[];
  /** Batches whose call was rejected, each with its error. */
  readonly failures: readonly { readonly ids: readonly string[]; readonly error: unknown }[];
}

/** "at once" takes no longer than the slowest call; "in turn" is gentle with the limit of requests per second. */
export type Order = "at once" | "in turn";

/** Calls with batches of 50 ids. A refused batch is halved until the id is found because of which it is refused. */
export async function inBatches<T>(ids: readonly string[], call: Call<T>, order: Order): Promise<Batches<T>> {
  return inParts(split(ids, BATCH_SIZE), call, order);
}

async function inParts<T>(parts: readonly (readonly string[])[], call: Call<T>, order: Order): Promise<Batches<T>> {
  const results: Batches<T>[] = [];
  if (order === "at once") results.push(...(await Promise.all(parts.map((part) => deliver(part, call, order)))));
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
    const answer = await call(ids);
    if (answer !== undefined) return { ...none, delivered: [{ ids, answer }] };
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
