import type { AgentScalerConfig, Environment } from "../../../lambda/agent-scaler/config";
import { type Container, newContainer } from "../../../lambda/agent-scaler/state/container";
import { run } from "../../../lambda/agent-scaler/run";
import { type FakePorts, groupOf, scalerConfig } from "./fake-ports";

/** As the stack sets it. */
export const LIMIT_SECONDS = 120;

/** A function as Lambda keeps it: one container for all invocations. */
export class Scaler {
  readonly config: AgentScalerConfig;
  container: Container;

  constructor(
    readonly ports: FakePorts,
    environment: Environment = {},
  ) {
    this.config = scalerConfig(environment);
    this.container = newContainer(this.config);
    for (const { group } of this.config.targets) {
      if (!ports.groupStates.has(group)) ports.groupStates.set(group, groupOf({ desired: 0 }));
    }
  }

  /** Scheduled for now, by default. */
  async invoke(options: { readonly scheduledAt?: number | undefined; readonly limit?: number } = {}): Promise<void> {
    const { ports, config, container } = this;
    const { scheduledAt, limit = LIMIT_SECONDS } = { scheduledAt: ports.time, ...options };
    const end = ports.passed + limit;
    await run(config, container, { scheduledAt, remainingSeconds: () => end - ports.passed }, ports);
  }

  /** Lambda takes a new container: what was in memory is lost. */
  coldStart(): void {
    this.container = newContainer(this.config);
  }

  /** Invocations as the schedule makes them; what they fail with. */
  async minutes(count: number): Promise<string[]> {
    const { ports } = this;
    const errors: string[] = [];
    for (let minute = 0; minute < count; minute += 1) {
      const next = ports.passed + 60;
      await this.invoke().catch((error: unknown) => errors.push((error as Error).message));
      ports.pass(Math.max(next - ports.passed, 0));
    }
    return errors;
  }
}
