import type { ElasticRequest } from "../../../../lambda/agent-scaler/elastic/step";
import { CHECKS, HOUR, id, ids, scaler } from "../../../harness/scaler/elastic-steps";

describe("dangling hosts", () => {
  const stopped = (settings: Partial<ElasticRequest> = {}) => {
    const started = scaler(3, { ...CHECKS, agentsTotal: 2, ...settings });
    started.hosts.add(id(1), { state: "inactive" });
    return started;
  };

  test("are marked unhealthy when two surveys have seen the agent stopped, and not before", async () => {
    const { hosts, during } = stopped();
    expect((await during(300)).unhealthy).toEqual([]);
    expect((await during(300)).unhealthy).toEqual([id(1)]);
    expect(hosts.unhealthy).toEqual([id(1)]);
  });

  const kept = [
    { name: "an agent that drains with a job", host: { state: "deactivating", jobs: 1 } },
    { name: "an agent that starts", host: { state: "activating" } },
    { name: "a failed script", host: { output: undefined } },
    { name: "no output", host: { output: "" } },
    { name: "a state unknown to us", host: { state: "maintenance" } },
  ];

  test.each(kept)("are none where there is $name, for however long", async ({ host }) => {
    const { hosts, during } = stopped();
    hosts.add(id(1), host);
    expect((await during(3 * HOUR)).unhealthy).toEqual([]);
  });

  test("are those that drain without a job for more than an hour", async () => {
    const { hosts, during } = stopped();
    hosts.add(id(1), { state: "deactivating" });
    expect((await during(HOUR)).unhealthy).toEqual([]);
    expect((await during(300)).unhealthy).toEqual([id(1)]);
  });

  test("are none while Buildkite counts more agents than the other hosts can run", async () => {
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

  test("are none among hosts that a search for idle ones saw before their agents began", async () => {
    const { hosts, during } = stopped();
    const instances = ids(3).map((one) => ({ id: one, lifecycleState: "InService", ageSeconds: 600 }));
    expect((await during(900, { stop: 1, instances, agentsTotal: 0 })).unhealthy).toEqual([]);
    expect(hosts.ids("survey").length).toBeGreaterThan(5);
  });

  test("that cannot be marked are an error, and are tried again", async () => {
    const { hosts, during } = stopped();
    await during(300);
    hosts.markUnhealthy = () => Promise.reject(new Error("Access denied"));
    const { unhealthy, errors } = await during(300);
    expect(unhealthy).toEqual([]);
    expect(errors).toEqual(["ci-asg: dangling instance not replaced: i-0001: Access denied"]);
    Reflect.deleteProperty(hosts, "markUnhealthy");
    expect((await during(300)).unhealthy).toEqual([id(1)]);
  });
});
