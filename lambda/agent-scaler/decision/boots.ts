/** How long instances have been in service, and how long they take until their agents connect. */
export interface Boots {
  /** Whether an earlier poll has described the group. */
  readonly hasObserved: boolean;
  /** When each instance was first seen in service, in epoch seconds. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** Instances that were in service at the first poll: how long they had been booting is not known. */
  readonly bootTimeUnknown: ReadonlySet<string>;
  /** Smoothed seconds from then to the connection of the instance's agents; undefined: none was observed yet. */
  readonly bootSeconds?: number;
  /** Instances whose agents have connected. */
  readonly connected: ReadonlySet<string>;
}

export const noBoots: Boots = {
  hasObserved: false,
  firstSeen: new Map(),
  bootTimeUnknown: new Set(),
  connected: new Set(),
};

const LONGEST_BOOT_SECONDS = 900;
const SHORTEST_BOOT_SECONDS = 180;
/** A boot that takes longer than the usual time by this factor counts as failed. */
const BOOT_TIMEOUT_FACTOR = 3;
const SMOOTHING_FACTOR = 0.3;

/** Updates the boot times with the instances in service and the connected agents of a poll. */
export function observeBoots(
  boots: Boots,
  inService: readonly string[],
  agentsTotal: number,
  agentsPerInstance: number,
  now: number,
): Boots {
  const firstSeen = new Map(inService.map((id) => [id, Math.min(boots.firstSeen.get(id) ?? now, now)]));
  const bootTimeUnknown = new Set(inService.filter((id) => !boots.hasObserved || boots.bootTimeUnknown.has(id)));
  const byAge = [...firstSeen].sort(([, a], [, b]) => a - b);
  const connected = new Set<string>();
  let bootSeconds = boots.bootSeconds;
  // The metrics do not say where agents run: they are counted to the oldest instances first.
  let agents = agentsTotal;
  for (const [id, since] of byAge) {
    agents -= Math.max(agentsPerInstance, 1);
    const before = boots.connected.has(id);
    if (agents < 0 && !before) continue;
    connected.add(id);
    if (before || bootTimeUnknown.has(id)) continue;
    bootSeconds =
      bootSeconds === undefined ? now - since : bootSeconds + SMOOTHING_FACTOR * (now - since - bootSeconds);
  }
  return {
    hasObserved: true,
    firstSeen,
    bootTimeUnknown,
    connected,
    ...(bootSeconds !== undefined && { bootSeconds }),
  };
}

/** Instances in service for so long that their agents must have connected. */
export function settledInstances({ firstSeen, connected, bootSeconds }: Boots, now: number): number {
  const usual = bootSeconds === undefined ? LONGEST_BOOT_SECONDS : BOOT_TIMEOUT_FACTOR * bootSeconds;
  const deadline = Math.min(Math.max(usual, SHORTEST_BOOT_SECONDS), LONGEST_BOOT_SECONDS);
  return [...firstSeen].filter(([id, since]) => connected.has(id) || now - since >= deadline).length;
}
