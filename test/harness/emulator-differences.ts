import { changesOf, type Plan, type ResourceChange } from "./terraform";

/** A change that a second plan shows because the emulator reads something back other than AWS does. */
interface KnownDifference {
  readonly type: string;
  readonly explains: (change: ResourceChange, attributes: readonly string[], plan: Plan) => boolean;
  readonly because: string;
}

/** The plan wants to take made-up values away and to give forgotten ones back, and nothing else. */
const madeUp =
  (values: Readonly<Record<string, string>>, forgotten: string): KnownDifference["explains"] =>
  ({ change: { before, after, after_unknown: unknown } }, attributes) =>
    attributes.every((name) => {
      if (unknown[name] === true) return false;
      if (name === forgotten) return (before?.[name] ?? "") === "";
      return before?.[name] === values[name] && (after?.[name] ?? null) === null;
    });

interface TagSpecification {
  readonly resource_type: string;
}

/** The template's own tags, which moto also files among those of the things that it makes. */
const ownTagsAmongSpecifications: KnownDifference["explains"] = ({ change: { before, after } }, attributes) => {
  const kept = ((before?.["tag_specifications"] ?? []) as TagSpecification[]).filter(
    ({ resource_type: type }) => type !== "launch-template",
  );
  const expected = ["tag_specifications", "default_version", "latest_version"];
  return (
    attributes.every((name) => expected.includes(name)) &&
    JSON.stringify(kept) === JSON.stringify(after?.["tag_specifications"])
  );
};

const known: readonly KnownDifference[] = [
  {
    type: "aws_autoscaling_lifecycle_hook",
    explains: madeUp(
      {
        notification_target_arn: "arn:aws:sqs:us-east-1:123456789012:my-queue",
        role_arn: "arn:aws:iam::1234567890:role/my-auto-scaling-role",
      },
      "notification_metadata",
    ),
    because: "moto reads a lifecycle hook back without its metadata, with a target and a role that nobody gave it",
  },
  {
    type: "aws_launch_template",
    explains: ownTagsAmongSpecifications,
    because: "moto reads a new launch template's own tags back as a tag specification",
  },
  {
    type: "aws_autoscaling_group",
    explains: (_, attributes, plan) =>
      // An update of any kind also turns the provider's null for the reservation preference into "".
      attributes.every((name) => ["capacity_reservation_specification", "mixed_instances_policy"].includes(name)) &&
      changesOf(plan).some((other) => other.type === "aws_launch_template" && causeOf(other, plan) !== undefined),
    because: "the group follows the version of that launch template",
  },
];

export interface Differences {
  readonly explained: readonly {
    readonly address: string;
    readonly attributes: readonly string[];
    readonly because: string;
  }[];
  /** What the emulator is not known to cause: a fault of the configuration. */
  readonly unexplained: readonly ResourceChange[];
}

/** Parts the changes of a second plan into the emulator's own and real ones. */
export function differencesOf(plan: Plan): Differences {
  const explained: Differences["explained"][number][] = [];
  const unexplained: ResourceChange[] = [];
  for (const change of changesOf(plan)) {
    const cause = causeOf(change, plan);
    if (cause === undefined) unexplained.push(change);
    else explained.push({ address: change.address, attributes: changedAttributes(change), because: cause.because });
  }
  return { explained, unexplained };
}

function causeOf(change: ResourceChange, plan: Plan): KnownDifference | undefined {
  if (change.change.actions.join() !== "update") return undefined;
  const attributes = changedAttributes(change);
  return known.find(({ type, explains }) => type === change.type && explains(change, attributes, plan));
}

export function changedAttributes({ change }: ResourceChange): string[] {
  const names = new Set([
    ...Object.keys(change.before ?? {}),
    ...Object.keys(change.after ?? {}),
    ...Object.keys(change.after_unknown),
  ]);
  const text = (value: unknown) => JSON.stringify(value ?? null);
  const differs = (name: string) =>
    change.after_unknown[name] === true || text(change.before?.[name]) !== text(change.after?.[name]);
  return [...names].filter(differs).sort();
}
