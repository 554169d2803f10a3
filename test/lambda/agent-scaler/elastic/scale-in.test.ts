import { CHECKS, HOUR, id, ids, scaler } from "../../../harness/scaler/elastic-steps";

describe("graceful scale-in", () => {
  test("stops the oldest idle instances, and no more than wanted", async () => {
    const { instances, during, stops } = scaler(6, { stop: 2 });
    instances.add(id(0), { jobs: 1 });
    expect((await during(20)).told).toEqual([id(1), id(2)]);
    expect(stops()).toEqual([[id(1), id(2)]]);
  });

  test("does not stop more when it is asked again while the instances leave", async () => {
    const { during } = scaler(6, { stop: 2 });
    expect((await during(HOUR)).told).toEqual([id(0), id(1)]);
  });

  test("counts an instance as leaving also where nobody remembers that it was told to", async () => {
    const { instances, during } = scaler(6, { stop: 2 });
    instances.add(id(4), { state: "deactivating" });
    expect((await during(600)).told).toEqual([id(0)]);
  });

  test("stops no one when all instances run jobs, and the first that becomes idle then", async () => {
    const { instances, during } = scaler(3, { stop: 1 });
    for (const one of ids(3)) instances.add(one, { jobs: 1 });
    expect((await during(120)).told).toEqual([]);
    instances.add(id(2), { jobs: 0 });
    expect((await during(80)).told).toEqual([id(2)]);
  });

  test("does not trust a survey of some instances, because the others may be leaving", async () => {
    const { step, during, surveys } = scaler(12, CHECKS);
    await step();
    expect((await step(10, { stop: 1 })).told).toEqual([]);
    expect((await during(10, { stop: 1 })).told).toEqual([id(0)]);
    expect(surveys().map((survey) => survey.length)).toEqual([5, 12]);
  });

  test("does not trust answers that have become old", async () => {
    const { step, surveys } = scaler(2, { stop: 1 });
    await step();
    expect((await step(90)).told).toEqual([]);
    expect(surveys()).toHaveLength(2);
  });

  test("forgets the wish when it has passed before the answers come", async () => {
    const { step, stops } = scaler(2);
    await step(10, { stop: 1 });
    expect((await step(10, { stop: 0 })).told).toEqual([]);
    expect(stops()).toEqual([]);
  });

  test("tells an instance again when it has stayed idle for a quarter of an hour, and not before", async () => {
    const { instances, during } = scaler(1, { stop: 1 });
    expect((await during(20)).told).toEqual([id(0)]);
    instances.add(id(0));
    expect((await during(840)).told).toEqual([]);
    expect((await during(120)).told).toEqual([id(0)]);
  });

  test("stops each system's instances with its own script, in batches of 50", async () => {
    const { instances, during } = scaler(70, { stop: 70 });
    for (const one of ids(70).slice(60)) instances.add(one, { system: "windows" });
    expect(new Set((await during(20)).told)).toEqual(new Set(ids(70)));
    const orders = instances.sent.filter(({ script }) => script === "stop");
    expect(orders.map(({ system, ids: sent }) => [system, sent.length]).sort()).toEqual([
      ["linux", 10],
      ["linux", 50],
      ["windows", 10],
    ]);
  });

  test("reports as told what was sent, and as an error what was not", async () => {
    const { instances, step } = scaler(120, { stop: 120 });
    await step();
    instances.failing.add(id(60));
    instances.refused.add(id(110));
    const { told, errors } = await step();
    const failed = [...ids(100).slice(50), id(110)];
    expect(new Set(told)).toEqual(new Set(ids(120).filter((one) => !failed.includes(one))));
    expect(errors).toEqual([
      "ci-asg: agent not told to stop: i-0050 and 49 more: Rate exceeded",
      "ci-asg: agent not told to stop: i-0110: Systems Manager cannot reach it",
    ]);
  });
});
