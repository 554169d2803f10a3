import { queueGroups } from "../../../../lambda/agent-scaler/environment/queue-groups";

const accepted = [
  { name: "one target", rows: [{ queue: "default", group: "ci-asg" }] },
  { name: "agents per instance of its own", rows: [{ queue: "default", group: "ci-asg", agentsPerInstance: 4 }] },
  {
    name: "one queue served by two groups",
    rows: [
      { queue: "default", group: "spot-asg" },
      { queue: "default", group: "on-demand-asg" },
    ],
  },
];

test.each(accepted)("$name is accepted", ({ rows }) => {
  expect(queueGroups.parse(JSON.stringify(rows))).toEqual(rows);
});

const target = { queue: "default", group: "ci-asg" };
const refused = [
  { name: "text that is no JSON", text: "default=ci-asg" },
  { name: "JSON that was cut off", text: '[{"queue":"default"' },
  { name: "an object", text: JSON.stringify(target) },
  { name: "an empty list", text: "[]" },
  { name: "null", text: "null" },
  ...[
    { name: "a row that is no object", rows: ["default"] },
    { name: "a row that is null", rows: [null] },
    { name: "a row without group", rows: [{ queue: "default" }] },
    { name: "a row without queue", rows: [{ group: "ci-asg" }] },
    { name: "an empty queue", rows: [{ ...target, queue: "" }] },
    { name: "a group that is a number", rows: [{ ...target, group: 1 }] },
    { name: "a field that is not known", rows: [{ ...target, agents: 2 }] },
    { name: "no agents per instance", rows: [{ ...target, agentsPerInstance: 0 }] },
    { name: "half an agent", rows: [{ ...target, agentsPerInstance: 0.5 }] },
    { name: "agents as text", rows: [{ ...target, agentsPerInstance: "2" }] },
    { name: "a group that is listed twice", rows: [target, { ...target, queue: "other" }] },
  ].map(({ name, rows }) => ({ name, text: JSON.stringify(rows) })),
];

test.each(refused)("$name is refused", ({ text }) => {
  expect(queueGroups.parse(text)).toBeUndefined();
});

test("the example in the message is accepted", () => {
  const [example = ""] = /\[.*\]/.exec(queueGroups.expected) ?? [];
  expect(queueGroups.parse(example)).toEqual([target]);
});
