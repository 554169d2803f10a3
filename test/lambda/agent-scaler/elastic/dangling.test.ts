import type { ElasticRequest } from "../../../../lambda/agent-scaler/elastic/step";
import { CHECKS, HOUR, id, ids, scaler } from "../../../harness/scaler/elastic-steps";

describe("dangling instances", () => {
  const stopped = (settings: Partial<ElasticRequest> = {}) => {
    const started = scaler(3, { ...CHECKS, agentsTotal: 2, ...settings });
    started.instances.add(id(1), { state: "inactive" });
    return started;
  };

  test("are marked unhealthy when two surveys have seen the agent stopped, and not before", async () => {
    const { instances, during } = stopped();
    expect((await during(300)).unhealthy).toEqual([]);
    expect((await during(300)).unhealthy).toEqual([id(1)]);
    expect(instances.unhealthy).toEqual([id(1)]);
  });

  const kept = [
    { name: "an agent that drains with a job", instance: { state: "deactivating", jobs: 1 } },
    { name: "an agent that starts", instance: { state: "activating" } },
    { name: "a failed script", instance: { output: undefined } },
    { name: "no output", instance: { output: "" } },
    { name: "a state unknown to us", instance: { state: "maintenance" } },
  ];

  test.each(kept)("are none where there is $name, for however long", async ({ instance }) => {
    const { instances, during } = stopped();
    instances.add(id(1), instance);
    expect((await during(3 * HOUR)).unhealthy).toEqual([]);
  });

  test("are those that drain without a job for more than an hour", async () => {
    const { instances, during } = stopped();
    instances.add(id(1), { state: "deactivating" });
    expect((await during(HOUR)).unhealthy).toEqual([]);
    expect((await during(300)).unhealthy).toEqual([id(1)]);
  });

  test("are none while Buildkite counts more agents than the other instances can run", async () => {
    const { during } = stopped();
    expect((await during(900, { agentsTotal: 3 })).unhealthy).toEqual([]);
    expect((await during(300, { agentsTotal: 2 })).unhealthy).toEqual([id(1)]);
  });

  const more = [
    { lifecycleState: "Pending", unhealthy: [] },
    { lifecycleState: "Terminating:Wait", unhealthy: [id(1)] },
  ];

  test.each(more)("may owe an agent to an instance in state $lifecycleState: $unhealthy", async (row) => {
    const { during } = stopped();
    const other = { id: id(9), lifecycleState: row.lifecycleState, ageSeconds: 0 };
    const instances = [...ids(3).map((one) => ({ id: one, lifecycleState: "InService", ageSeconds: HOUR })), other];
    expect((await during(600, { agentsTotal: 3, instances })).unhealthy).toEqual(row.unhealthy);
  });

  test("are none among instances that a search for idle ones saw before their agents began", async () => {
    const { surveys, during } = stopped();
    const instances = ids(3).map((one) => ({ id: one, lifecycleState: "InService", ageSeconds: 600 }));
    expect((await during(900, { stop: 1, instances, agentsTotal: 0 })).unhealthy).toEqual([]);
    expect(surveys().length).toBeGreaterThan(5);
  });

  test("that cannot be marked are an error, and are tried again", async () => {
    const { instances, during } = stopped();
    await during(300);
    instances.markUnhealthy = () => Promise.reject(new Error("Access denied"));
    const { unhealthy, errors } = await during(300);
    expect(unhealthy).toEqual([]);
    expect(errors).toEqual(["ci-asg: dangling instance not replaced: i-0001: Access denied"]);
    Reflect.deleteProperty(instances, "markUnhealthy");
    expect((await during(300)).unhealthy).toEqual([id(1)]);
  });
});
