import { Clock } from "./clock";
import { Group, type HostBehaviour } from "./group";
import type { Build } from "./host";
import { Measures } from "./measures";
import { Queue } from "./queue";
import { Random } from "./random";
import type { Settings } from "../../lambda/agent-scaler/decision/model";

export interface Scenario extends HostBehaviour {
  readonly name: string;
  readonly title: string;
  /** What `params` are, in words. */
  readonly settings: string;
  /** Settings of both policies. */
  readonly params: Settings;
  /** Number of seeds by default. */
  readonly seeds: number;
  readonly hours: number;
  readonly min: number;
  readonly max: number;
  readonly builds: (random: Random) => Iterable<Build>;
  /** Jobs that no agent can take, there from the beginning to the end. */
  readonly unserviceableJobs: number;
  /** Hours in which the queue is paused. */
  readonly pauses: readonly (readonly [number, number])[];
  readonly spot?: Spot;
}

export interface Spot {
  /** Mean hours between two waves of Spot interruptions. */
  readonly everyHours: number;
  /** Share of the instances that a wave interrupts. */
  readonly share: number;
}

/** What a policy may read and change. */
export interface World {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly group: Group;
  readonly measures: Measures;
  readonly params: Settings;
}

/** A scaler. `invoke` starts an invocation and schedules its polls on the clock. */
export type Policy = (world: World) => { readonly invoke: () => void };

export interface Sample {
  readonly time: number;
  readonly scheduled: number;
  readonly running: number;
  readonly alive: number;
  readonly desired: number;
}

export interface Run {
  readonly measures: Measures;
  readonly samples: readonly Sample[];
}

const INVOCATION_SECONDS = 60;

/** One scenario under one policy. The same seed gives the same builds, boot times and Spot interruptions, whatever the policy does. */
export function simulate(scenario: Scenario, policy: Policy, seed: number, samples = 0): Run {
  const end = scenario.hours * 3600;
  const clock = new Clock();
  const measures = new Measures();
  const queue = new Queue(clock, new Random(seed, "dispatch"), measures);
  const group = new Group(clock, new Random(seed, "boot"), measures, queue, scenario, scenario.min, scenario.max);
  const world = { clock, queue, group, measures, params: scenario.params };
  scheduleLoad(scenario, world, seed);
  if (scenario.spot) scheduleSpotInterruptions(scenario.spot, world, new Random(seed, "spot"));
  const scaler = policy(world);
  // The schedule's minute and the day's hours begin at unrelated moments.
  repeat(clock, new Random(seed, "schedule").within(0, INVOCATION_SECONDS), INVOCATION_SECONDS, () => scaler.invoke());
  const taken: Sample[] = [];
  if (samples > 0) repeat(clock, 0, end / samples, () => taken.push(sampleOf(world)));
  clock.runUntil(end);
  measures.close([...group.hosts.values()], end);
  return { measures, samples: taken };
}

function repeat(clock: Clock, first: number, every: number, action: () => void): void {
  clock.at(first, () => {
    repeat(clock, first + every, every, action);
    action();
  });
}

function scheduleLoad(scenario: Scenario, { clock, queue }: World, seed: number): void {
  if (scenario.unserviceableJobs > 0) clock.at(0, () => queue.arriveUnserviceable(scenario.unserviceableJobs));
  for (const [from, to] of scenario.pauses) {
    clock.at(from * 3600, () => queue.pause());
    clock.at(to * 3600, () => queue.resume());
  }
  const builds = scenario.builds(new Random(seed, "builds"))[Symbol.iterator]();
  const next = (): void => {
    const { value, done } = builds.next();
    if (done) return;
    clock.at(value.at, () => {
      next();
      queue.arrive(value);
    });
  };
  next();
}

function scheduleSpotInterruptions({ everyHours, share }: Spot, { clock, group }: World, random: Random): void {
  clock.after(random.exponential(everyHours * 3600), () => {
    for (const host of [...group.hosts.values()]) if (random.chance(share)) group.interrupt(host);
    scheduleSpotInterruptions({ everyHours, share }, { clock, group } as World, random);
  });
}

function sampleOf({ clock, queue, group }: World): Sample {
  return {
    time: clock.now,
    scheduled: queue.scheduled,
    running: queue.running,
    alive: group.hosts.size,
    desired: group.desired,
  };
}
