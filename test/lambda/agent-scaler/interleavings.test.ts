import { newTarget, type Target } from "../../../lambda/agent-scaler/state/target";
import { poll } from "../../../lambda/agent-scaler/poll";
import { type ClusterEvent, InterleavedCluster } from "../../harness/scaler/interleaved-cluster";
import { RandomNumbers } from "../../harness/random-numbers";
import { NEUTRAL } from "./decision/vectors";
import type { Settings } from "../../../lambda/agent-scaler/decision/model";

const SETTINGS: Settings = { ...NEUTRAL, availabilityThreshold: 0.5 };
/** As the stack sets them. */
const STACK: Partial<Settings> = { disableScaleIn: true, scaleOutCooldownSeconds: 300, scaleInCooldownSeconds: 3600 };

/** The same ones in every run. A poll without one of its guards was found out within 20. */
const INTERLEAVINGS = 500;
const MOVES = 50;
const SETTLING_ROUNDS = 5;
const LONGER_THAN_ANY_COOLDOWN = 4_000;

const EVENTS: readonly ClusterEvent[] = [
  "timePasses",
  "jobsArrive",
  "jobsStart",
  "jobFinishes",
  "groupLaunches",
  "instanceBoots",
  "idleInstanceStops",
  "instanceLeavesItsGroup",
];

const CALM: readonly ClusterEvent[] = [
  "groupLaunches",
  "instanceBoots",
  "jobsStart",
  "idleInstanceStops",
  "instanceLeavesItsGroup",
  "groupShrinks",
];

interface Scaler {
  readonly name: string;
  readonly ports: ReturnType<InterleavedCluster["ports"]>;
  readonly target: Target;
  polling: Promise<unknown> | undefined;
}

interface Run {
  readonly cluster: InterleavedCluster;
  readonly scalers: readonly Scaler[];
  readonly random: RandomNumbers;
}

function begin(seed: number, settings: Settings, min: number): Run {
  const random = new RandomNumbers(seed);
  const [scheduled, instances] = [random.between(0, 6), random.between(min, 6)];
  const { agentsPerInstance } = settings;
  const cluster = new InterleavedCluster({ min, max: 8, agentsPerInstance, scheduled, instances }, random);
  const scaler = (name: string): Scaler => ({
    name,
    ports: cluster.ports(name),
    target: newTarget("default", "ci-asg", settings, 5),
    polling: undefined,
  });
  return { cluster, random, scalers: [scaler("first"), scaler("second")] };
}

function startPoll({ cluster }: Run, scaler: Scaler): Promise<unknown> {
  cluster.beginPoll(scaler.name);
  scaler.polling = poll([scaler.target], scaler.ports).finally(() => (scaler.polling = undefined));
  return scaler.polling;
}

/** Everything that the scalers do before they wait for a call. */
const nextCalls = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function finishPolls({ cluster, scalers }: Run): Promise<void> {
  await nextCalls();
  while (scalers.some(({ polling }) => polling !== undefined)) {
    if (!cluster.callsUnderWay) throw new Error("a poll waits for something that is no call");
    cluster.advance();
    await nextCalls();
  }
}

async function interleave(run: Run): Promise<void> {
  const { cluster, random, scalers } = run;
  for (let move = 0; move < MOVES; move += 1) {
    const idle = scalers.find(({ polling }) => polling === undefined);
    if (idle !== undefined && random.next() < 0.3) {
      void startPoll(run, idle);
      await nextCalls();
    } else if (random.next() < 0.5) {
      cluster.happen(random.one(EVENTS));
    } else if (cluster.callsUnderWay) {
      cluster.advance();
      await nextCalls();
    }
  }
  await finishPolls(run);
}

/** No more jobs come and none finishes; instances boot, take what is there and leave when they have nothing to do. */
async function settle(run: Run): Promise<void> {
  const { cluster, scalers } = run;
  cluster.calm = true;
  for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
    while (CALM.some((event) => cluster.happen(event)));
    cluster.timePasses(LONGER_THAN_ANY_COOLDOWN);
    for (const scaler of scalers) await startPoll(run, scaler);
  }
}

const policies = [
  { name: "scale-in on", settings: {}, min: 0 },
  { name: "scale-in on, four agents per instance", settings: { agentsPerInstance: 4 }, min: 0 },
  { name: "scale-in on, with cooldowns", settings: { ...STACK, disableScaleIn: false }, min: 1 },
  { name: "scale-in off", settings: { disableScaleIn: true }, min: 0 },
  { name: "scale-in off, no corrections", settings: { disableScaleIn: true, availabilityThreshold: 0 }, min: 0 },
  { name: "scale-in off, four agents per instance", settings: { ...STACK, agentsPerInstance: 4 }, min: 0 },
  { name: "scale-in off, with the stack's cooldowns", settings: STACK, min: 2 },
];

test.each(policies)(
  "$name: whatever two scalers, instances and jobs do at the same time, the group ends at what is needed",
  async ({ settings: changes, min }) => {
    const settings = { ...SETTINGS, ...changes };
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const run = begin(seed, settings, min);
      await interleave(run);
      await settle(run);
      const wrong = problems(run.cluster, settings);
      if (wrong.length > 0) throw new Error(`seed ${String(seed)}: ${wrong.join("; ")}\n${run.cluster.story()}`);
    }
  },
);

function problems({ desired, needed, peak, writes, options }: InterleavedCluster, settings: Settings): string[] {
  const found: string[] = [];
  if (desired !== needed) found.push(`${String(desired)} instances at the end, where ${String(needed)} are needed`);
  // One instance may be added for agents that are missing.
  const most = Math.max(peak.needed, options.instances) + (settings.availabilityThreshold > 0 ? 1 : 0);
  if (peak.desired > most)
    found.push(`${String(peak.desired)} instances, and never a need for more than ${String(most)}`);
  for (const { scaler, read, to } of writes) {
    const [first = 0, last] = [read[0], read.at(-1)];
    const write = `${scaler} read ${read.join(", ")} and wrote ${String(to)}`;
    if (to < options.min || to > options.max) found.push(`${write}, outside of the group's limits`);
    if (last === undefined || read.length < 2) found.push(`${write} without a second look`);
    else if (to === last) found.push(`${write}, which was the size already`);
    else if (to < last && settings.disableScaleIn) found.push(`${write}, though scale-in is off`);
    else if (to < last && first < last) found.push(`${write}, against somebody else's raise`);
  }
  return found;
}
