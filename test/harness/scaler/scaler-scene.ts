import { FakeAwsApi } from "../fake-aws-api";
import { inService } from "../fake-auto-scaling";
import { FakeBuildkiteApi } from "../fake-buildkite-api";
import type { RunOptions, ScalerBundle, ScalerRun } from "./scaler-process";

export const GROUP = "ci-asg";
export const QUEUE = "default";
export const TOKEN_PARAMETER = "/buildkite/ci/token";
export const MEMORY_PARAMETER = "/buildkite/ci/memory";

/** One instance is there, three are needed. */
export const NEEDED = 3;

/** Buildkite, AWS, and the environment of a function between them. */
export class ScalerScene {
  readonly aws = new FakeAwsApi();
  readonly buildkite = new FakeBuildkiteApi();
  private addresses: Record<string, string> = {};

  static async start(): Promise<ScalerScene> {
    const scene = new ScalerScene();
    const { aws, buildkite } = scene;
    aws.systemsManager.secret(TOKEN_PARAMETER, buildkite.token);
    aws.autoScaling.add(GROUP, inService(1), { minSize: 0 });
    buildkite.queue(QUEUE, { scheduled: NEEDED });
    scene.addresses = { AWS_ENDPOINT_URL: await aws.start(), BUILDKITE_AGENT_ENDPOINT: await buildkite.start() };
    return scene;
  }

  /** What Lambda and the stack set, with one poll per invocation and no second try of the SDK. An empty value unsets. */
  get environment(): Record<string, string> {
    return {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_MAX_ATTEMPTS: "1",
      BUILDKITE_AGENT_TOKEN_SSM_KEY: TOKEN_PARAMETER,
      BUILDKITE_QUEUE: QUEUE,
      ASG_NAME: GROUP,
      AGENTS_PER_INSTANCE: "1",
      LAMBDA_INTERVAL: "100ms",
      LAMBDA_TIMEOUT: "0s",
      ...this.addresses,
    };
  }

  run(bundle: ScalerBundle, options: Partial<RunOptions> = {}): Promise<ScalerRun> {
    return bundle.run({ ...options, environment: { ...this.environment, ...options.environment } });
  }

  /** Sizes that were written to the group, in order. */
  written(group = GROUP): readonly number[] {
    return this.aws.autoScaling.writes.flatMap((write) => (write.group === group ? [write.to] : []));
  }

  async stop(): Promise<void> {
    await Promise.all([this.aws.stop(), this.buildkite.stop()]);
  }
}
