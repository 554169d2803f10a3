/** How long instances have been there, and how long they take until their agents connect. */
export interface Boots {
  /** Whether the group has been looked at before. */
  readonly watching: boolean;
  /** When each instance was first seen in service, in epoch seconds. */
  readonly seen: ReadonlyMap<string, number>;
  /** Instances that were there at the first look: nobody knows how long they had been booting. */
  readonly older: ReadonlySet<string>;
  /** Smoothed seconds from then to its agents' connection; undefined: none was watched yet. */
  readonly bootSeconds?: number;
  /** Instances whose agents have connected. */
  readonly connected: ReadonlySet<string>;
}

export const noBoots: Boots = { watching: false, seen: new Map(), older: new Set(), connected: new Set() };

const LONGEST_BOOT_SECONDS = 900;
const SHORTEST_BOOT_SECONDS = 180;
/** A boot may take three times the usual time before it counts as failed. */
const PATIENCE = 3;
const WEIGHT_OF_NEWEST = 0.3;

/** Follows the group's instances in service and tells which agents have come. */
export function followBoots(
  boots: Boots,
  inService: readonly string[],
  agentsTotal: number,
  agentsPerInstance: number,
  now: number,
): Boots {
  const seen = new Map(inService.map((id) => [id, Math.min(boots.seen.get(id) ?? now, now)]));
  const older = new Set(inService.filter((id) => !boots.watching || boots.older.has(id)));
  const byAge = [...seen].sort(([, a], [, b]) => a - b);
  const connected = new Set<string>();
  let bootSeconds = boots.bootSeconds;
  // Agents do not tell where they run: the oldest instances get the credit.
  let agents = agentsTotal;
  for (const [id, since] of byAge) {
    agents -= Math.max(agentsPerInstance, 1);
    const before = boots.connected.has(id);
    if (agents < 0 && !before) continue;
    connected.add(id);
    if (before || older.has(id)) continue;
    bootSeconds =
      bootSeconds === undefined ? now - since : bootSeconds + WEIGHT_OF_NEWEST * (now - since - bootSeconds);
  }
  return { watching: true, seen, older, connected, ...(bootSeconds !== undefined && { bootSeconds }) };
}

/** Instances in service for so long that their agents must have connected. */
export function settledInstances({ seen, connected, bootSeconds }: Boots, now: number): number {
  const usual = bootSeconds === undefined ? LONGEST_BOOT_SECONDS : PATIENCE * bootSeconds;
  const deadline = Math.min(Math.max(usual, SHORTEST_BOOT_SECONDS), LONGEST_BOOT_SECONDS);
  return [...seen].filter(([id, since]) => connected.has(id) || now - since >= deadline).length;
}
