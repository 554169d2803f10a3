import { messageOf } from "../../shared/log";
import type { AgentScalerConfig } from "../config";
import type { Ports } from "../ports";
import type { Container } from "./container";
import { type Kept, readKept, recall, writeKept } from "./memory";
import type { Target } from "./target";

/** A wish of Buildkite that lies farther ahead is one of a clock that was wrong. */
export const LONGEST_SILENCE_SECONDS = 900;

const NOTHING: Kept = { groups: {} };

/**
 * What the last container wrote down; for groups that nobody wrote of, what AWS tells of their history.
 * Answers what was written down; undefined: it could not be had.
 */
export async function remember(config: AgentScalerConfig, container: Container, ports: Ports) {
  const text = await load(ports);
  const kept = text === undefined ? NOTHING : read(text, ports);
  const believable = (time: number) => (time - ports.now() <= LONGEST_SILENCE_SECONDS ? time : 0);
  container.notBefore = Math.max(believable(container.notBefore), believable(kept.notBefore ?? 0));
  for (const target of container.targets) recall(target, kept);
  if (!container.remembers) {
    const unknown = container.targets.filter(({ group }) => kept.groups[group] === undefined);
    await Promise.all(unknown.map((target) => readHistory(target, config, ports)));
    container.remembers = true;
  }
  return text === undefined ? undefined : kept;
}

async function load({ store, log }: Ports): Promise<string | undefined> {
  try {
    return await store?.load();
  } catch (error) {
    log("error", `the memory cannot be read: ${messageOf(error)}`, { stage: "memory" });
    return undefined;
  }
}

function read(text: string, { log }: Ports): Kept {
  try {
    return readKept(text);
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
    // Growth may go on; shrinking waits for one cooldown, because its last time is not known.
    target.memory = { ...target.memory, lastScaleIn: now() };
    const message = `the last changes of the group's size cannot be read: ${messageOf(error)}`;
    log("error", message, { stage: "history", queue: target.queue, group: target.group });
  }
}

/** Written only after something that another container must know, and never where nothing was: the stack may be going. */
export async function keep(container: Container, before: Kept | undefined, { store, log }: Ports): Promise<void> {
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
  const text = writeKept(container.targets, paused ? container.notBefore : 0);
  // Of more groups than there is room for, some are always missing.
  if (text === JSON.stringify(before)) return;
  try {
    await store.save(text);
  } catch (error) {
    log("error", `the memory cannot be written: ${messageOf(error)}`, { stage: "memory" });
  }
}
