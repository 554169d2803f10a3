import { type Boots, observeBoots, noBoots, settledInstances } from "../../../../lambda/agent-scaler/decision/boots";

interface Look {
  readonly at: number;
  readonly inService: readonly string[];
  readonly agents: number;
}

function followed(looks: readonly Look[], agentsPerInstance = 1, boots: Boots = noBoots): Boots {
  return looks.reduce(
    (before, { at, inService, agents }) => observeBoots(before, inService, agents, agentsPerInstance, at),
    boots,
  );
}

const EMPTY: Look = { at: 0, inService: [], agents: 0 };

test("an instance in service whose agent has not connected is not settled", () => {
  const boots = followed([EMPTY, { at: 10, inService: ["a"], agents: 0 }]);
  expect(settledInstances(boots, 10)).toBe(0);
});

test("it is settled as soon as its agent has connected, and stays so when the agent disconnects", () => {
  const boots = followed([EMPTY, { at: 10, inService: ["a"], agents: 0 }, { at: 100, inService: ["a"], agents: 1 }]);
  expect(settledInstances(boots, 100)).toBe(1);
  expect(settledInstances(followed([{ at: 110, inService: ["a"], agents: 0 }], 1, boots), 110)).toBe(1);
});

test("an instance with four agents is settled when all four are connected", () => {
  const looks = (agents: number) => followed([EMPTY, { at: 10, inService: ["a"], agents }], 4);
  expect([settledInstances(looks(3), 10), settledInstances(looks(4), 10)]).toEqual([0, 1]);
});

test("connected agents are counted to the oldest instances first", () => {
  const boots = followed([
    EMPTY,
    { at: 10, inService: ["z"], agents: 0 },
    { at: 20, inService: ["a", "z"], agents: 0 },
    { at: 100, inService: ["a", "z"], agents: 1 },
  ]);
  expect([...boots.connected]).toEqual(["z"]);
});

test("before any boot was observed an instance may boot for 15 minutes", () => {
  const boots = followed([EMPTY, { at: 10, inService: ["a"], agents: 0 }]);
  expect([settledInstances(boots, 909), settledInstances(boots, 910)]).toEqual([0, 1]);
});

const deadlines = [
  { name: "three times what it took before", bootSeconds: 120, deadline: 360 },
  { name: "at least three minutes", bootSeconds: 5, deadline: 180 },
  { name: "at most 15 minutes", bootSeconds: 600, deadline: 900 },
];

test.each(deadlines)("an instance may boot for $name", ({ bootSeconds, deadline }) => {
  const learnt = followed([
    EMPTY,
    { at: 0, inService: ["a"], agents: 0 },
    { at: bootSeconds, inService: ["a"], agents: 1 },
  ]);
  expect(learnt.bootSeconds).toBe(bootSeconds);
  const boots = followed([{ at: 1000, inService: ["a", "b"], agents: 1 }], 1, learnt);
  expect([settledInstances(boots, 1000 + deadline - 1), settledInstances(boots, 1000 + deadline)]).toEqual([1, 2]);
});

test("boot times are smoothed: one slow boot does not change them much", () => {
  const learnt: Boots = { ...noBoots, hasObserved: true, bootSeconds: 100 };
  const boots = followed(
    [
      { at: 0, inService: ["a"], agents: 0 },
      { at: 200, inService: ["a"], agents: 1 },
    ],
    1,
    learnt,
  );
  expect(boots.bootSeconds).toBe(130);
});

test("instances that were in service at the first poll give no boot time, because their age is not known", () => {
  const boots = followed([
    { at: 0, inService: ["a"], agents: 0 },
    { at: 5, inService: ["a"], agents: 1 },
  ]);
  expect(boots.bootSeconds).toBeUndefined();
  expect(settledInstances(boots, 5)).toBe(1);
});

test("an instance that is no longer in service is removed", () => {
  const boots = followed([EMPTY, { at: 10, inService: ["a"], agents: 1 }, { at: 20, inService: [], agents: 1 }]);
  expect([boots.firstSeen.size, boots.connected.size, boots.bootTimeUnknown.size]).toEqual([0, 0, 0]);
});

test("a clock that is set back by hours puts the end of a boot off by no more than one boot", () => {
  const boots = followed([
    EMPTY,
    { at: 20_000, inService: ["a"], agents: 0 },
    { at: 10_000, inService: ["a"], agents: 0 },
  ]);
  expect(settledInstances(boots, 10_900)).toBe(1);
});
