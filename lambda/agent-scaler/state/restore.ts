import { messageOf } from "../../shared/log";
import type { AgentScalerConfig } from "../config";
import type { Ports } from "../ports";
import type { Container } from "./container";
import { type StoredMemory, parseStoredMemory, restoreTarget, formatStoredMemory } from "./stored-memory";
import type { Target } from "./target";

/** Limit of a stored pause: a later time was written with a wrong clock. */
export const LONGEST_PAUSE_SECONDS = 900;

const NOTHING: StoredMemory = { groups: {} };

/**
 * Updates the container's state from the stored memory. In a new container, restores groups that are missing there from
 * their scaling activities. Returns the stored memory; undefined: there is none or it cannot be read.
 */
export async function restore(config: AgentScalerConfig, container: Container, ports: Ports) {
  const text = await load(ports);
  const stored = text === undefined ? NOTHING : read(text, ports);
  const believable = (time: number) => (time - ports.now() <= LONGEST_PAUSE_SECONDS ? time : 0);
  container.notBefore = Math.max(believable(container.notBefore), believable(stored.notBefore ?? 0));
  for (const target of container.targets) restoreTarget(target, stored);
  if (!container.restored) {
    const unknown = container.targets.filter(({ group }) => stored.groups[group] === undefined);
    await Promise.all(unknown.map((target) => readHistory(target, config, ports)));
    container.restored = true;
  }
  return text === undefined ? undefined : stored;
}

async function load({ store, log }: Ports): Promise<string | undefined> {
  try {
    return await store?.load();
  } catch (error) {
    log("error", `the memory cannot be read: ${messageOf(error)}`, { stage: "memory" });
    return undefined;
  }
}

function read(text: string, { log }: Ports): StoredMemory {
  try {
    return parseStoredMemory(text);
  } catch (error) {
    log("error", `the memory cannot be read: ${messageOf(error)}`, { stage: "memory" });
    return NOTHING;
  }
}

async function readHistory(target: Target, config: AgentScalerConfig, { groups, log, now }: Ports): Promise<void> {
  const { scaleInCooldownSeconds, scaleOutCooldownSeconds, disableScaleIn, disableScaleOut } = target.settings;
  const cooldown = Math.max(scaleInCooldownSeconds, scaleOutCooldownSeconds);
  if (cooldown === 0 || (disableScaleOut && disableScaleIn)) return;
  const search = {
    wantOut: !disableScaleOut,
    wantIn: !disableScaleIn,
    maxPages: config.activityPages,
    since: now() - cooldown,
  };
  try {
    const events = await groups.lastEvents(target.group, search, config.activityTimeoutSeconds);
    target.memory = { ...target.memory, ...events };
  } catch (error) {
    // Scaling out is not delayed; scaling in waits for one cooldown, because the last scale-in is not known.
    target.memory = { ...target.memory, lastScaleIn: now() };
    const message = `the last changes of the group's size cannot be read: ${messageOf(error)}`;
    log("error", message, { stage: "history", queue: target.queue, group: target.group });
  }
}

/** Stores changes that another container needs. Stores nothing where the parameter is missing: the stack may be being destroyed. */
export async function save(
  container: Container,
  before: StoredMemory | undefined,
  { store, log }: Ports,
): Promise<void> {
  if (store === undefined || before === undefined) return;
  const changed = container.targets.some(({ group, memory }) => {
    const old = before.groups[group];
    const events = [memory.lastScaleIn, memory.lastScaleOut, memory.stuck?.jobs];
    return (
      JSON.stringify(events) !== JSON.stringify([old?.lastScaleIn ?? null, old?.lastScaleOut ?? null, old?.stuck?.jobs])
    );
  });
  const paused = container.failuresInARow > 0 && container.notBefore !== before.notBefore;
  if (!changed && !paused) return;
  const text = formatStoredMemory(container.targets, paused ? container.notBefore : 0);
  // Groups that do not fit are missing in every stored memory, which is no change.
  if (text === JSON.stringify(before)) return;
  try {
    await store.save(text);
  } catch (error) {
    log("error", `the memory cannot be written: ${messageOf(error)}`, { stage: "memory" });
  }
}
