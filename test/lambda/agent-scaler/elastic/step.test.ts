import { CHECKS, HOUR, id, ids, scaler } from "../../../harness/scaler/elastic-steps";

describe("surveys", () => {
  test("are sent to nobody while neither a check nor a scale-in is wanted", async () => {
    const { instances, during } = scaler(3);
    expect(await during(900)).toEqual({ stopSent: [], unhealthy: [], errors: [] });
    expect(instances.sent).toEqual([]);
  });

  test("for dangling instances are sent every five minutes", async () => {
    const { during, surveys } = scaler(3, CHECKS);
    await during(900);
    expect(surveys()).toEqual([ids(3), ids(3), ids(3)]);
  });

  test("are sent every minute while no agent at all is connected, also to younger instances", async () => {
    const { during, surveys } = scaler(1, { agentsTotal: 0 });
    const young = [{ id: id(0), lifecycleState: "InService", ageSeconds: 700 }];
    await during(180, { instances: young, danglingMinUptimeSeconds: [HOUR, 600] });
    expect(surveys()).toEqual([ids(1), ids(1), ids(1)]);
  });

  const spared = [
    { name: "is younger than the minimum uptime", lifecycleState: "InService", ageSeconds: HOUR - 1 },
    { name: "is still starting", lifecycleState: "Pending:Wait", ageSeconds: 2 * HOUR },
    { name: "is terminating", lifecycleState: "Terminating:Wait", ageSeconds: 2 * HOUR },
    { name: "stands by", lifecycleState: "Standby", ageSeconds: 2 * HOUR },
  ];

  test.each(spared)("for dangling instances leave out one that $name", async ({ lifecycleState, ageSeconds }) => {
    const { step, surveys } = scaler(2, CHECKS);
    const old = { id: id(1), lifecycleState: "InService", ageSeconds: HOUR };
    await step(10, { instances: [{ id: id(0), lifecycleState, ageSeconds }, old] });
    expect(surveys()).toEqual([[id(1)]]);
  });

  test("are sent to no more instances than the setting says, and to all for 0", async () => {
    const limited = scaler(30, CHECKS);
    await limited.step();
    expect(limited.surveys()).toEqual([ids(30).slice(0, 5)]);
    const unlimited = scaler(30, { ...CHECKS, maxDanglingToCheck: 0 });
    await unlimited.step();
    expect(unlimited.surveys()).toEqual([ids(30)]);
  });

  // Buildkite's scaler never sees a sixth of these groups, since it picks by the clock.
  test.each([30, 60, 90, 120, 400])("see each of %i instances within little more than an hour", async (count) => {
    const { step, surveys } = scaler(count, CHECKS);
    // Five polls a minute, then a pause, as with the default settings.
    for (let minute = 0; minute < 70; minute++) for (const pause of [18, 10, 11, 10, 11]) await step(pause);
    expect(new Set(surveys().flat()).size).toBe(count);
  });

  test("go to each system apart, in batches of 50, and to instances that are online only", async () => {
    const { instances, step } = scaler(120, { ...CHECKS, maxDanglingToCheck: 0 });
    for (const one of ids(120).slice(60)) instances.add(one, { system: "windows" });
    instances.offline.add(id(0));
    await step();
    const sizes = instances.sent.map(({ system, ids: sent }) => [system, sent.length]);
    expect(sizes.sort()).toEqual([
      ["linux", 50],
      ["linux", 9],
      ["windows", 10],
      ["windows", 50],
    ]);
  });

  test("leave out the one instance because of which a batch is refused, and say so", async () => {
    const { instances, step, surveys } = scaler(50, { ...CHECKS, maxDanglingToCheck: 0 });
    instances.refused.add(id(7));
    const { errors } = await step();
    expect(new Set(surveys().flat())).toEqual(new Set(ids(50).filter((one) => one !== id(7))));
    expect(errors).toEqual(["ci-asg: no survey of i-0007: Systems Manager cannot reach it"]);
  });

  test("that cannot be sent are an error, and are not tried again at once", async () => {
    const { instances, during } = scaler(3, CHECKS);
    instances.failing.add("survey");
    expect(await during(300)).toMatchObject({ errors: ["ci-asg: no survey of i-0000 and 2 more: Rate exceeded"] });
  });

  test("are not waited for: the results are read in a later step", async () => {
    const { instances, step } = scaler(2, { stop: 1 });
    expect((await step()).stopSent).toEqual([]);
    expect((await step(2)).stopSent).toEqual([]);
    expect(instances.ids("stop")).toEqual([]);
    expect((await step(1)).stopSent).toEqual([id(0)]);
  });

  test("are given up after a minute, with the results that are there", async () => {
    const { instances, step } = scaler(3, { stop: 3 });
    instances.silent.add(id(1));
    await step();
    expect((await step(59)).stopSent).toEqual([]);
    expect((await step(1)).stopSent).toEqual([id(0), id(2)]);
  });

  test("whose results cannot be read are an error, and the next survey follows", async () => {
    const { instances, step, during } = scaler(2, { stop: 1 });
    instances.failing.add("command-0");
    await step();
    expect(await step()).toMatchObject({
      stopSent: [],
      errors: ["ci-asg: no answers to command command-0: Rate exceeded"],
    });
    expect((await during(60)).stopSent).toEqual([id(0)]);
  });

  test("go on when the clock has been set back", async () => {
    const { step, surveys } = scaler(2, CHECKS);
    await step(10);
    await step(-5 * HOUR);
    expect(surveys()).toHaveLength(2);
  });
});

test("instances that are no longer in the group are removed from the memory", async () => {
  const { instances, step } = scaler(3, { ...CHECKS, stop: 1, agentsTotal: 0 });
  instances.add(id(1), { state: "failed" });
  await step();
  const { memory } = await step(10, { stop: 2 });
  expect([Object.keys(memory.candidates), Object.keys(memory.stopTimes)]).toEqual([[id(1)], [id(0)]]);
  const left = await step(10, { instances: [] });
  expect([left.memory.candidates, left.memory.stopTimes]).toEqual([{}, {}]);
});
