import type { Target } from "./target";
import { latest } from "../decision/latest";
import type { Memory, Stuck } from "../decision/model";

/** What is stored of a group. The rest of its memory is observed again within minutes. */
interface StoredGroup {
  readonly lastScaleIn: number | null;
  readonly lastScaleOut: number | null;
  readonly raised?: { readonly need: number; readonly desired: number };
  readonly stuck?: Stuck;
  readonly bootSeconds?: number;
}

/** The JSON of the SSM parameter. */
export interface StoredMemory {
  readonly groups: Readonly<Record<string, StoredGroup>>;
  /** Buildkite asked for no poll before this time, in epoch seconds. */
  readonly notBefore?: number;
}

/** Limit of a standard parameter. */
const MAX_CHARACTERS = 4096;

/** Throws where the text is not a stored memory. */
export function parseStoredMemory(text: string): StoredMemory {
  const stored = JSON.parse(text) as Partial<StoredMemory> | null;
  if (typeof stored !== "object" || stored === null) throw new Error("the memory is not a JSON object");
  const { groups = {}, notBefore } = stored;
  const times = Object.values(groups).flatMap(({ lastScaleIn, lastScaleOut }) => [lastScaleIn, lastScaleOut]);
  const wrong = [...times, notBefore ?? null].filter((time) => time !== null && !Number.isFinite(time));
  if (wrong.length > 0) throw new Error(`the memory holds ${String(wrong[0])} where a time should be`);
  return { groups, ...(notBefore !== undefined && { notBefore }) };
}

/** The parameter's value. Where not all groups fit, those that scaled last are stored. */
export function formatStoredMemory(targets: readonly Target[], notBefore: number): string {
  const newest = ({ memory }: Target) => Math.max(memory.lastScaleIn ?? 0, memory.lastScaleOut ?? 0);
  const byAge = [...targets].sort((a, b) => newest(b) - newest(a));
  for (let count = byAge.length; ; count--) {
    const groups = Object.fromEntries(byAge.slice(0, count).map((target) => [target.group, storedGroup(target)]));
    const text = JSON.stringify({ groups, ...(notBefore > 0 && { notBefore }) } satisfies StoredMemory);
    if (text.length <= MAX_CHARACTERS || count === 0) return text;
  }
}

function storedGroup({ memory, boots }: Target): StoredGroup {
  const { lastScaleIn, lastScaleOut, raised, stuck } = memory;
  return {
    lastScaleIn,
    lastScaleOut,
    ...(raised && { raised }),
    ...(stuck && { stuck }),
    ...(boots.bootSeconds !== undefined && { bootSeconds: Math.round(boots.bootSeconds) }),
  };
}

/** Takes over newer events of another container; in a new container, everything that is stored. */
export function restoreTarget(target: Target, stored: StoredMemory): void {
  const known = stored.groups[target.group];
  if (known === undefined) return;
  const { lastScaleIn, lastScaleOut, raised, stuck, bootSeconds } = known;
  const own = target.memory;
  const fresh = !target.boots.hasObserved;
  const newer = (lastScaleOut ?? 0) > (own.lastScaleOut ?? 0);
  target.memory = {
    ...own,
    lastScaleIn: latest(own.lastScaleIn, lastScaleIn),
    lastScaleOut: latest(own.lastScaleOut, lastScaleOut),
    ...((fresh || newer) && raised && { raised }),
    ...(fresh && stuck && { stuck }),
  } satisfies Memory;
  if (fresh && bootSeconds !== undefined) target.boots = { ...target.boots, bootSeconds };
}
