/** The functions of this package that a stack may run. */
export const FUNCTIONS = ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"] as const;
