import { buildkite } from "../../../lambda/agent-scaler/buildkite/metrics-api";
import { newContainer } from "../../../lambda/agent-scaler/state/container";
import { run } from "../../../lambda/agent-scaler/run";
import { AgentToken, withToken } from "../../../lambda/agent-scaler/buildkite/token";
import { FakePorts, groupOf, scalerConfig, START } from "../../harness/scaler/fake-ports";
import { LoopbackServer } from "../../harness/loopback-server";

test("whatever Buildkite responds, the token is in no line", async () => {
  const token = "bkct_secret";
  const statuses = [200, 401, 500, 301];
  const server = new LoopbackServer(({ headers }) => ({
    status: statuses.shift() ?? 200,
    body: JSON.stringify({ ...headers, jobs: {} }),
  }));
  const api = buildkite(await server.start());
  const ports = new FakePorts();
  ports.random = () => 0;
  const source = new AgentToken(() => Promise.resolve(token), ports.now);
  const queues = {
    metrics: () =>
      withToken(
        source,
        () => true,
        (valid) => api.metrics("default", valid),
      ),
  };
  const config = scalerConfig({ BUILDKITE_AGENT_TOKEN_SSM_KEY: "", BUILDKITE_AGENT_TOKEN: token });
  ports.groupStates.set("ci-asg", groupOf({ desired: 1 }));
  await run(
    config,
    newContainer(config),
    { scheduledAt: START, remainingSeconds: () => 120 },
    Object.assign(ports, { queues }),
  );
  await server.stop();
  expect(statuses).toEqual([]);
  expect(ports.records.length).toBeGreaterThan(3);
  expect(JSON.stringify([ports.records, ports.lines])).not.toContain(token);
});
