import { differencesOf } from "./emulator-differences";
import type { Action, Plan } from "./terraform";

const madeUp = {
  notification_target_arn: "arn:aws:sqs:us-east-1:123456789012:my-queue",
  role_arn: "arn:aws:iam::1234567890:role/my-auto-scaling-role",
};
const nothing = { notification_target_arn: null, role_arn: null };

interface Entry {
  readonly type?: string;
  readonly actions?: readonly Action[];
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  readonly unknown?: Record<string, unknown>;
}

function planOf({
  type = "aws_autoscaling_lifecycle_hook",
  actions = ["update"],
  before,
  after,
  unknown = {},
}: Entry): Plan {
  const change = { actions, before, after, after_unknown: unknown };
  return { resource_changes: [{ address: `${type}.x`, mode: "managed", type, name: "x", change }], output_changes: {} };
}

describe("a lifecycle hook", () => {
  test("is explained when only values that the emulator made up are to be removed", () => {
    const { explained, unexplained } = differencesOf(
      planOf({ before: { name: "x", ...madeUp }, after: { name: "x", ...nothing } }),
    );
    expect(explained).toMatchObject([
      { address: "aws_autoscaling_lifecycle_hook.x", attributes: ["notification_target_arn", "role_arn"] },
    ]);
    expect(unexplained).toEqual([]);
  });

  test("is explained when the emulator has lost its metadata", () => {
    const before = { ...madeUp, notification_metadata: "" };
    const { unexplained } = differencesOf(planOf({ before, after: { ...nothing, notification_metadata: "{}" } }));
    expect(unexplained).toEqual([]);
  });

  test.each<[string, Entry]>([
    ["other metadata was kept", { before: { notification_metadata: "a" }, after: { notification_metadata: "b" } }],
    [
      "something else changes too",
      { before: { heartbeat_timeout: 60, ...madeUp }, after: { heartbeat_timeout: 90, ...nothing } },
    ],
    [
      "the value is not the emulator's",
      { before: { role_arn: "arn:aws:iam::123456789012:role/x" }, after: { role_arn: null } },
    ],
    [
      "the configuration sets it",
      { before: madeUp, after: { ...nothing, role_arn: "arn:aws:iam::123456789012:role/x" } },
    ],
    ["the new value is unknown", { before: madeUp, after: nothing, unknown: { role_arn: true } }],
    ["it is replaced", { actions: ["delete", "create"], before: madeUp, after: nothing }],
    ["it is of another type", { type: "aws_autoscaling_group", before: madeUp, after: nothing }],
  ])("is not explained when %s", (_, entry) => {
    const { explained, unexplained } = differencesOf(planOf(entry));
    expect(explained).toEqual([]);
    expect(unexplained).toHaveLength(1);
  });
});

test("what stays as it is and what is only read are no differences", () => {
  const still = planOf({ actions: ["no-op"], before: madeUp, after: madeUp });
  const read = planOf({ type: "data_source", actions: ["read"], before: {}, after: {} });
  expect(differencesOf({ ...still, resource_changes: [...still.resource_changes, ...read.resource_changes] })).toEqual({
    explained: [],
    unexplained: [],
  });
});
