import type { AgentScalerEnvironment } from "../../../lambda/agent-scaler/config";

export const COMPLETE_ENVIRONMENT: AgentScalerEnvironment = {
  BUILDKITE_AGENT_TOKEN_SSM_KEY: "/buildkite/ci/token",
  BUILDKITE_QUEUE: "default; $(x)",
  AGENTS_PER_INSTANCE: "2",
  ASG_NAME: "ci-asg",
  BUILDKITE_AGENT_ENDPOINT: "https://agent.buildkite.com/v3",
  DISABLE_SCALE_IN: "true",
  SCALE_IN_COOLDOWN_PERIOD: "3600s",
  SCALE_OUT_COOLDOWN_PERIOD: "5m",
  SCALE_OUT_FACTOR: "1.5",
  INSTANCE_BUFFER: "3",
  INCLUDE_WAITING: "false",
  LAMBDA_INTERVAL: "10s",
  LAMBDA_TIMEOUT: "50s",
  LAMBDA_STARTUP_JITTER_MAX: "0s",
  ELASTIC_CI_MODE: "true",
  CLOUDWATCH_METRICS: "false",
};
