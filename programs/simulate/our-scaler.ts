import { type Boots, noBoots } from "../../lambda/agent-scaler/decision/boots";
import { nextPoll } from "../../lambda/agent-scaler/timing/cadence";
import { memoryAfterAction } from "../../lambda/agent-scaler/decision/decide";
import { type EvaluationInput, evaluate, type Evaluation } from "../../lambda/agent-scaler/decision/evaluate";
import type { Group } from "./group";
import type { Policy, World } from "./simulation";
import type { Memory } from "../../lambda/agent-scaler/decision/model";

/** As the stack sets them, and as Buildkite answers. */
const INTERVAL_SECONDS = 10;
const TIMEOUT_SECONDS = 55;
const TOKEN_SECONDS = 300;
/** What the calls of a poll take, and those before the size is written. */
const POLL_SECONDS = 0.5;
const WRITE_SECONDS = 0.4;

/** This project's scaler: its own decision and cadence; only the calls around them are played. */
export const ours: Policy = (world) => {
  const { clock, measures } = world;
  const scaler = new OurScaler(world);
  return {
    invoke: () => {
      // The memory; the agent token is used for five minutes.
      measures.awsCalls += 1 + 60 / TOKEN_SECONDS;
      scaler.poll(clock.now);
    },
  };
};

class OurScaler {
  #memory: Memory = { lastScaleIn: null, lastScaleOut: null };
  #boots: Boots = noBoots;
  #quietSince: number | null = null;
  #described: EvaluationInput["group"]["instances"] = [];
  #version = -1;

  constructor(private readonly world: World) {}

  poll(invokedAt: number): void {
    const { clock, measures } = this.world;
    const now = clock.now;
    measures.buildkiteCalls++;
    measures.awsCalls++;
    const input = this.look();
    const evaluation = evaluate(input, this.#memory, this.#boots);
    if (changes(evaluation)) clock.after(WRITE_SECONDS, () => this.write(input));
    else this.remember(evaluation);
    this.#quietSince = isQuiet(evaluation) ? (this.#quietSince ?? now) : null;
    const cadence = {
      intervalSeconds: INTERVAL_SECONDS,
      deadline: invokedAt + TIMEOUT_SECONDS,
      notBefore: 0,
      quietSince: this.#quietSince,
    };
    const next = nextPoll(cadence, now, now + POLL_SECONDS);
    if (next === undefined) measures.billedSeconds += now + POLL_SECONDS - invokedAt;
    else clock.at(next, () => this.poll(invokedAt));
  }

  /** The group is read once more, and the write is evaluated by what it is then. */
  private write({ metrics }: EvaluationInput): void {
    const { measures, group } = this.world;
    measures.awsCalls++;
    const evaluation = evaluate({ ...this.look(), metrics }, this.#memory, this.#boots);
    this.remember(evaluation);
    if (!changes(evaluation)) return;
    // Writing the size, and writing the memory down.
    measures.awsCalls += 2;
    group.setDesired(evaluation.decision.desired);
  }

  private remember({ boots, decision }: Evaluation): void {
    this.#boots = boots;
    this.#memory = memoryAfterAction(decision, this.world.clock.now);
  }

  private look(): EvaluationInput {
    const { clock, queue, group, params } = this.world;
    const { scheduled, running, waiting, agents } = queue;
    return {
      settings: params,
      metrics: { scheduled, running, waiting, agentsTotal: agents, agentsIdle: agents - running },
      group: { desired: group.desired, min: group.min, max: group.max, instances: this.instances(group) },
      now: clock.now,
    };
  }

  /** Made anew only where the group has changed. */
  private instances(group: Group): EvaluationInput["group"]["instances"] {
    if (group.version !== this.#version)
      this.#described = [...group.hosts.values()].map((host) => ({ id: host.id, lifecycleState: host.lifecycleState }));
    this.#version = group.version;
    return this.#described;
  }
}

function changes({ decision, observation }: Evaluation): boolean {
  return decision.desired !== observation.asg.desired;
}

function isQuiet({ observation: { metrics, asg } }: Evaluation): boolean {
  return metrics.scheduled + metrics.running + metrics.waiting + asg.instances + asg.desired === 0;
}
