import fc from "fast-check";
import { memoryAfterAction, decide } from "../../../../lambda/agent-scaler/decision/decide";
import type { Observation } from "../../../../lambda/agent-scaler/decision/model";

const NOW = 1_700_000_000;
const size = fc.integer({ min: 0, max: 60 });
/** Small numbers often, so that some of them are equal or next to each other. */
const count = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 200 }));
const past = fc.option(fc.integer({ min: NOW - 7200, max: NOW + 60 }));
const factor = fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 10, noNaN: true }));

const params = fc.record({
  agentsPerInstance: fc.integer({ min: 1, max: 8 }),
  includeWaiting: fc.boolean(),
  instanceBuffer: fc.integer({ min: 0, max: 5 }),
  maxInstanceCap: fc.constantFrom(0, 0, 10),
  availabilityThreshold: fc.constantFrom(0, 0.5, 1),
  scaleOutFactor: factor,
  scaleInFactor: factor,
  scaleOutCooldownSeconds: fc.constantFrom(0, 300),
  scaleInCooldownSeconds: fc.constantFrom(0, 3600),
  disableScaleOut: fc.boolean(),
  disableScaleIn: fc.boolean(),
  scaleOnlyAfterAllEvent: fc.boolean(),
  elasticCIMode: fc.boolean(),
  danglingMinUptimeSeconds: fc.constant(3600),
  warmIdleInstances: fc.integer({ min: 0, max: 3 }),
});

const asg = fc
  .record({ limits: fc.tuple(size, size), desired: size, inService: size, pending: fc.integer({ min: 0, max: 5 }) })
  .chain(({ limits, desired, inService, pending }) => {
    const [min, max] = [Math.min(...limits), Math.max(...limits)];
    const group = { min, max, desired: Math.min(Math.max(desired, min), max), inService, pending };
    return fc
      .tuple(fc.integer({ min: 0, max: inService }), fc.integer({ min: 0, max: inService }))
      .map(([settled, connected]) => ({ ...group, instances: inService + pending, settled, connected }));
  });

const metrics = fc
  .record({ scheduled: count, running: count, waiting: count, agentsIdle: count, busy: count })
  .map(({ busy, ...rest }) => ({ ...rest, agentsTotal: rest.agentsIdle + busy }));

const pace = fc.record({
  at: fc.constant(NOW - 10),
  unfinished: count,
  finished: count,
  busySeconds: fc.integer({ min: 0, max: 9000 }),
});
const watched = count.map((least) => ({ since: NOW - 600, slots: [{ at: NOW - 20, least }] }));
const memory = fc.record(
  {
    pace,
    standing: watched,
    untaken: watched,
    waiting: watched,
    stuck: fc.record({
      jobs: count.map((jobs) => jobs + 1),
      probeAt: fc.integer({ min: NOW - 600, max: NOW + 600 }),
      probeAfterSeconds: fc.constantFrom(600, 1200, 7200),
    }),
    raised: fc.record({ need: count, desired: size }),
  },
  { requiredKeys: [] },
);

const observation: fc.Arbitrary<Observation> = fc.record({
  params,
  metrics,
  asg,
  state: fc
    .record({ now: fc.constant(NOW), lastScaleIn: past, lastScaleOut: past, memory })
    .map(({ memory: remembered, ...times }) => ({ ...times, ...remembered })),
});

const holds = (property: (given: Observation) => void) =>
  fc.assert(fc.property(observation, property), { numRuns: 3000 });
/** Size that so many jobs call for, within cap and limits. */
const needed = ({ params, asg }: Observation, jobs: number) => {
  const level = Math.ceil(jobs / params.agentsPerInstance);
  const capped = params.maxInstanceCap > 0 ? Math.min(level, params.maxInstanceCap) : level;
  return Math.max(Math.min(capped, asg.max), asg.min);
};
/** A poll that sees no job finish: one more of them would tell of a faster pace. */
const withoutFinished = ({ state, ...given }: Observation): Observation => ({
  ...given,
  state: { ...state, ...(state.pace && { pace: { ...state.pace, unfinished: 0 } }) },
});
/** A poll that remembers nothing of the jobs. */
const withoutMemory = ({ state: { now, lastScaleIn, lastScaleOut }, ...given }: Observation): Observation => ({
  ...given,
  state: { now, lastScaleIn, lastScaleOut },
});
/** A scaler that nothing but the jobs and the limits restrains. */
const free = (given: Observation): Observation => ({
  ...given,
  params: {
    ...given.params,
    disableScaleOut: false,
    scaleOutFactor: 0,
    scaleOutCooldownSeconds: 0,
    elasticCIMode: false,
  },
});

test("the group's size stays within its limits", () => {
  holds((given) => {
    const { desired } = decide(given);
    expect(desired).toBeGreaterThanOrEqual(given.asg.min);
    expect(desired).toBeLessThanOrEqual(given.asg.max);
  });
});

test("nothing is decided without a change, and no change without an action", () => {
  holds((given) => {
    const { action, desired, stop } = decide(given);
    const changes = desired !== given.asg.desired || stop > 0;
    expect(changes).toBe(action !== "none");
    if (action === "scale_out") expect(desired).toBeGreaterThan(given.asg.desired);
    if (action === "scale_in") expect(desired).toBeLessThanOrEqual(given.asg.desired);
  });
});

test("scaling in leaves an agent for every running job, whatever the memory holds", () => {
  holds((given) => {
    const { action, desired, stop } = decide(given);
    if (action === "scale_in") expect(desired - stop).toBeGreaterThanOrEqual(needed(given, given.metrics.running));
  });
});

test("scaling in without memory leaves an agent for every job that runs or is scheduled", () => {
  holds((given) => {
    const { scheduled, running } = given.metrics;
    const { action, desired, stop } = decide(withoutMemory(given));
    if (action === "scale_in") expect(desired - stop).toBeGreaterThanOrEqual(needed(given, scheduled + running));
  });
});

test("without restrictions the size has an agent for every running job, whatever the memory holds", () => {
  holds((given) => {
    expect(decide(free(given)).desired).toBeGreaterThanOrEqual(needed(given, given.metrics.running));
  });
});

test("without restrictions and memory the size has an agent for every job that runs or is scheduled", () => {
  holds((given) => {
    const { scheduled, running } = given.metrics;
    expect(decide(free(withoutMemory(given))).desired).toBeGreaterThanOrEqual(needed(given, scheduled + running));
  });
});

test.each(["scheduled", "running", "waiting"] as const)(
  "one more %s job never makes the group smaller, while none is remembered as stuck or has just finished",
  (kind) => {
    holds((given) => {
      fc.pre(given.state.stuck === undefined);
      const before = withoutFinished(given);
      const more = { ...before, metrics: { ...before.metrics, [kind]: before.metrics[kind] + 1 } };
      expect(decide(more).targetSize).toBeGreaterThanOrEqual(decide(before).targetSize);
    });
  },
);

test("the same poll once more changes nothing, unless a factor makes it several steps", () => {
  holds((given) => {
    const steps = {
      ...given.params,
      scaleOutFactor: 0,
      scaleInFactor: 0,
      availabilityThreshold: 0,
      elasticCIMode: false,
    };
    const first = decide({ ...given, params: steps });
    const memory = memoryAfterAction(first, NOW);
    const asg = { ...given.asg, desired: first.desired };
    expect(decide({ ...given, params: steps, asg, state: { ...memory, now: NOW } }).action).toBe("none");
  });
});

test("a disabled direction is never taken", () => {
  holds((given) => {
    const { action } = decide(given);
    if (given.params.disableScaleIn) expect(action).not.toBe("scale_in");
    if (given.params.disableScaleOut) expect(action).not.toBe("scale_out");
  });
});

test("no more instances are stopped than idle agents account for", () => {
  holds((given) => {
    const { stop } = decide(given);
    expect(stop * given.params.agentsPerInstance).toBeLessThanOrEqual(given.metrics.agentsIdle ?? 0);
  });
});

test("no time in the memory lies in the future", () => {
  holds((given) => {
    const { lastScaleIn, lastScaleOut } = decide(given).memory;
    expect(Math.max(lastScaleIn ?? 0, lastScaleOut ?? 0)).toBeLessThanOrEqual(NOW);
  });
});
