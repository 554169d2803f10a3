import {
  type StoredMemory,
  parseStoredMemory,
  restoreTarget,
  formatStoredMemory,
} from "../../../../lambda/agent-scaler/state/stored-memory";
import { newTarget, type Target } from "../../../../lambda/agent-scaler/state/target";
import { noBoots } from "../../../../lambda/agent-scaler/decision/boots";
import { SETTINGS } from "../../../harness/scaler/fake-ports";

const STUCK = { jobs: 2, probeAt: 5000, probeAfterSeconds: 1200 };

function targetWith(memory: Partial<Target["memory"]>, group = "ci-asg"): Target {
  const target = newTarget("default", group, SETTINGS, 5);
  target.memory = { ...target.memory, ...memory };
  return target;
}

test("a new container takes over all that the last one stored", () => {
  const before = targetWith({ lastScaleIn: 10, lastScaleOut: 20, raised: { need: 3, desired: 4 }, stuck: STUCK });
  before.boots = { ...noBoots, hasObserved: true, bootSeconds: 91.4 };
  const after = targetWith({});
  restoreTarget(after, parseStoredMemory(formatStoredMemory([before], 0)));
  expect(after.memory).toEqual(before.memory);
  expect(after.boots).toEqual({ ...noBoots, bootSeconds: 91 });
});

test("a warm container takes over what another one did later, and nothing older", () => {
  const stored = (lastScaleIn: number | null, lastScaleOut: number | null): StoredMemory => ({
    groups: { "ci-asg": { lastScaleIn, lastScaleOut, raised: { need: 9, desired: 9 }, stuck: STUCK, bootSeconds: 7 } },
  });
  const atWork = () => {
    const target = targetWith({ lastScaleIn: 10, lastScaleOut: 20, raised: { need: 3, desired: 4 } });
    target.boots = { ...noBoots, hasObserved: true, bootSeconds: 90 };
    return target;
  };
  const [older, newer, nothing] = [atWork(), atWork(), atWork()];
  restoreTarget(older, stored(5, 15));
  expect(older).toEqual(atWork());
  restoreTarget(nothing, stored(null, null));
  expect(nothing).toEqual(atWork());
  restoreTarget(newer, stored(30, 40));
  expect(newer.memory).toEqual({ lastScaleIn: 30, lastScaleOut: 40, raised: { need: 9, desired: 9 } });
  expect(newer.boots.bootSeconds).toBe(90);
});

test("a group without a stored memory keeps its own", () => {
  const target = targetWith({ lastScaleOut: 20 });
  restoreTarget(target, { groups: { other: { lastScaleIn: 99, lastScaleOut: 99 } } });
  expect(target.memory).toEqual({ lastScaleIn: null, lastScaleOut: 20 });
});

test("the pause that Buildkite asks for is stored", () => {
  expect(parseStoredMemory(formatStoredMemory([targetWith({})], 1234)).notBefore).toBe(1234);
  expect(parseStoredMemory(formatStoredMemory([targetWith({})], 0)).notBefore).toBeUndefined();
});

test("what a new parameter holds is an empty memory", () => {
  expect(parseStoredMemory("{}")).toEqual({ groups: {} });
});

const broken = [
  { name: "no JSON", text: "later" },
  { name: "JSON that was cut off", text: '{"groups":{"ci-a' },
  { name: "null", text: "null" },
  { name: "a number", text: "7" },
  { name: "groups that are null", text: '{"groups":null}' },
  { name: "a group that is null", text: '{"groups":{"ci-asg":null}}' },
  { name: "a group without times", text: '{"groups":{"ci-asg":{}}}' },
  { name: "a time that is text", text: '{"groups":{"ci-asg":{"lastScaleIn":"now","lastScaleOut":null}}}' },
  { name: "a pause that is text", text: '{"groups":{},"notBefore":"later"}' },
];

test.each(broken)("$name is no memory", ({ text }) => {
  expect(() => parseStoredMemory(text)).toThrow(Error);
});

test("of more groups than a parameter holds, those that acted last are stored", () => {
  const targets = Array.from({ length: 200 }, (_, index) =>
    targetWith({ lastScaleOut: 1_700_000_000 + index, stuck: STUCK }, `group-${String(index)}`),
  );
  const text = formatStoredMemory(targets, 1_700_000_000);
  expect(text.length).toBeLessThanOrEqual(4096);
  const names = Object.keys(parseStoredMemory(text).groups);
  expect(names.length).toBeGreaterThan(20);
  expect(new Set(names)).toEqual(new Set(Array.from(names, (_, index) => `group-${String(199 - index)}`)));
});

test("writing changes no target", () => {
  const targets = [targetWith({ lastScaleOut: 1 }, "a"), targetWith({ lastScaleOut: 2 }, "b")];
  formatStoredMemory(targets, 0);
  expect(targets.map(({ group }) => group)).toEqual(["a", "b"]);
});
