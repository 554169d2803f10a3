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
/** Time of all calls of a poll, and of those before the desired capacity is set. */
const POLL_SECONDS = 0.5;
const WRITE_SECONDS = 0.4;

/** This project's scaler: its real decision and cadence, and simulated calls. */
export const ours: Policy = (world) => {
  const { clock, measures } = world;
  const scaler = new OurScaler(world);
  return {
    invoke: () => {
      // The memory, and the agent token every five minutes.
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
    const input = this.input();
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

  /** Describes the group again and decides again before it sets the desired capacity. */
  private write({ metrics }: EvaluationInput): void {
    const { measures, group } = this.world;
    measures.awsCalls++;
    const evaluation = evaluate({ ...this.input(), metrics }, this.#memory, this.#boots);
    this.remember(evaluation);
    if (!changes(evaluation)) return;
    // Setting the desired capacity, and storing the memory.
    measures.awsCalls += 2;
    group.setDesired(evaluation.decision.desired);
  }

  private remember({ boots, decision }: Evaluation): void {
    this.#boots = boots;
    this.#memory = memoryAfterAction(decision, this.world.clock.now);
  }

  private input(): EvaluationInput {
    const { clock, queue, group, params } = this.world;
    const { scheduled, running, waiting, agents } = queue;
    return {
      settings: params,
      metrics: { scheduled, running, waiting, agentsTotal: agents, agentsIdle: agents - running },
      group: { desired: group.desired, min: group.min, max: group.max, instances: this.instances(group) },
      now: clock.now,
    };
  }

  /** Built again only where the group has changed. */
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
