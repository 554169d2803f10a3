import { parseConfig } from "./config";
import type { Environment } from "./config";

/** Fails loudly: a scaler that does nothing in silence would leave every job waiting. */
export function run(environment: Environment): never {
  parseConfig(environment);
  throw new Error('this release ships no TypeScript AgentScaler: set scaler_implementation = "buildkite"');
}
