import { CHECKS, HOUR, id, ids, scaler } from "../../../harness/scaler/elastic-steps";

describe("graceful scale-in", () => {
  test("stops the oldest idle instances, and no more than wanted", async () => {
    const { instances, during, stops } = scaler(6, { stop: 2 });
    instances.add(id(0), { jobs: 1 });
    expect((await during(20)).stopSent).toEqual([id(1), id(2)]);
    expect(stops()).toEqual([[id(1), id(2)]]);
  });

  test("does not stop more when it is asked again while the instances leave", async () => {
    const { during } = scaler(6, { stop: 2 });
    expect((await during(HOUR)).stopSent).toEqual([id(0), id(1)]);
  });

  test("counts a draining instance also where the memory of its stop is lost", async () => {
    const { instances, during } = scaler(6, { stop: 2 });
    instances.add(id(4), { state: "deactivating" });
    expect((await during(600)).stopSent).toEqual([id(0)]);
  });

  test("stops no instance while all run jobs, and then the first that becomes idle", async () => {
    const { instances, during } = scaler(3, { stop: 1 });
    for (const one of ids(3)) instances.add(one, { jobs: 1 });
    expect((await during(120)).stopSent).toEqual([]);
    instances.add(id(2), { jobs: 0 });
    expect((await during(80)).stopSent).toEqual([id(2)]);
  });

  test("does not act on a survey of some instances, because the others may be stopping", async () => {
    const { step, during, surveys } = scaler(12, CHECKS);
    await step();
    expect((await step(10, { stop: 1 })).stopSent).toEqual([]);
    expect((await during(10, { stop: 1 })).stopSent).toEqual([id(0)]);
    expect(surveys().map((survey) => survey.length)).toEqual([5, 12]);
  });

  test("does not act on old results", async () => {
    const { step, surveys } = scaler(2, { stop: 1 });
    await step();
    expect((await step(90)).stopSent).toEqual([]);
    expect(surveys()).toHaveLength(2);
  });

  test("stops no one when the scale-in is no longer wanted once the results are there", async () => {
    const { step, stops } = scaler(2);
    await step(10, { stop: 1 });
    expect((await step(10, { stop: 0 })).stopSent).toEqual([]);
    expect(stops()).toEqual([]);
  });

  test("sends the stop script again when an instance has stayed idle for a quarter of an hour, and not before", async () => {
    const { instances, during } = scaler(1, { stop: 1 });
    expect((await during(20)).stopSent).toEqual([id(0)]);
    instances.add(id(0));
    expect((await during(840)).stopSent).toEqual([]);
    expect((await during(120)).stopSent).toEqual([id(0)]);
  });

  test("stops each system's instances with its own script, in batches of 50", async () => {
    const { instances, during } = scaler(70, { stop: 70 });
    for (const one of ids(70).slice(60)) instances.add(one, { system: "windows" });
    expect(new Set((await during(20)).stopSent)).toEqual(new Set(ids(70)));
    const orders = instances.sent.filter(({ script }) => script === "stop");
    expect(orders.map(({ system, ids: sent }) => [system, sent.length]).sort()).toEqual([
      ["linux", 10],
      ["linux", 50],
      ["windows", 10],
    ]);
  });

  test("returns the instances that the script was sent to, and the others as errors", async () => {
    const { instances, step } = scaler(120, { stop: 120 });
    await step();
    instances.failing.add(id(60));
    instances.refused.add(id(110));
    const { stopSent, errors } = await step();
    const failed = [...ids(100).slice(50), id(110)];
    expect(new Set(stopSent)).toEqual(new Set(ids(120).filter((one) => !failed.includes(one))));
    expect(errors).toEqual([
      "ci-asg: agent not told to stop: i-0050 and 49 more: Rate exceeded",
      "ci-asg: agent not told to stop: i-0110: Systems Manager cannot reach it",
    ]);
  });
});
