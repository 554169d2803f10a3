import { referencePoll } from "./reference";
import type { Policy, World } from "./simulation";

/** A pause of ten seconds and half a second of calls: when the polls of an invocation begin. */
const POLLS_AT = [0, 10.5, 21, 31.5, 42];
const BILLED_SECONDS = 50;
/** From describing the group to setting its desired capacity. */
const WRITE_SECONDS = 0.4;

/** Buildkite's own scaler: five polls in each minute, memory of its last events. Its metrics are off, as in Terraform. */
export const reference: Policy = (world) => {
  const { clock, measures } = world;
  const memory: Times = { lastScaleIn: null, lastScaleOut: null };
  return {
    invoke: () => {
      measures.billedSeconds += BILLED_SECONDS;
      // The agent token.
      measures.awsCalls++;
      for (const offset of POLLS_AT) clock.after(offset, () => poll(world, memory));
    },
  };
};

interface Times {
  lastScaleIn: number | null;
  lastScaleOut: number | null;
}

function poll({ clock, queue, group, measures, params }: World, memory: Times): void {
  measures.buildkiteCalls++;
  measures.awsCalls++;
  const { desired, min, max, inService, pending } = group;
  const outcome = referencePoll({
    params,
    metrics: { scheduled: queue.scheduled, running: queue.running, waiting: queue.waiting, agentsTotal: queue.agents },
    asg: { desired, min, max, inService, pending, instances: group.hosts.size },
    state: { now: clock.now, ...memory },
  });
  if (outcome.action === "none") return;
  measures.awsCalls++;
  clock.after(WRITE_SECONDS, () => {
    group.setDesired(outcome.desired);
    if (outcome.lastScaleInUpdated) memory.lastScaleIn = clock.now;
    if (outcome.lastScaleOutUpdated) memory.lastScaleOut = clock.now;
  });
}
