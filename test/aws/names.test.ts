import { createHash } from "node:crypto";
import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { sourcesBelow } from "../harness/sources";
import { type Body, EVERYTHING, synthesized, VIRGINIA } from "../harness/synthesized";

const group = (props: Partial<ElasticCiStackProps>, place = VIRGINIA) =>
  synthesized(props, place).only("aws_autoscaling_group").name as string;

test("the suffix is made of account, region and name, so that a plan shows every name", () => {
  const hash = createHash("sha256").update("123456789012/us-east-1/builders").digest("hex").slice(0, 8);
  expect(group({ stackName: "builders", stackNameSuffix: "" })).toBe(`builders-${hash}-asg`);
});

test.each([
  ["account", { ...VIRGINIA, id: "210987654321" }, "builders"],
  ["region", { ...VIRGINIA, region: "eu-west-1" }, "builders"],
  ["stack's name", VIRGINIA, "deployers"],
] as const)("another %s gives another suffix", (_, place, stackName) => {
  const suffix = (name: string) => name.split("-")[1];
  expect(suffix(group({ stackName, stackNameSuffix: "" }, place))).not.toBe(
    suffix(group({ stackName: "builders", stackNameSuffix: "" })),
  );
});

test("a suffix of the user's own adopts a stack that Buildkite's module made", () => {
  expect(group({ stackName: "ci", stackNameSuffix: "deadbeef" })).toBe("ci-deadbeef-asg");
});

/** Longest names that AWS takes. */
const LIMITS: readonly (readonly [string, string, number])[] = [
  ["aws_iam_role", "name", 64],
  ["aws_iam_role", "name_prefix", 38],
  ["aws_lambda_function", "function_name", 64],
  ["aws_s3_bucket", "bucket", 63],
  ["aws_cloudwatch_event_rule", "name", 64],
  ["aws_iam_instance_profile", "name", 128],
  ["aws_launch_template", "name", 128],
  ["aws_autoscaling_group", "name", 255],
];
const longest = synthesized({ ...EVERYTHING, stackName: "a".repeat(30), stackNameSuffix: "12345678" });

test.each(LIMITS)("at the longest stack name the %s's %s has at most %i characters", (type, attribute, limit) => {
  const all = Object.values(longest.all(type)).map((body: Body) => body[attribute] as string | undefined);
  const names = all.filter((name) => name !== undefined);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => name.length > limit)).toEqual([]);
});

/** Resource types of the provider classes that this folder uses, if they have tags. */
const source = sourcesBelow("aws", "elastic-ci-stack").map(({ content }) => content);
const classes = [
  ...new Set(
    [
      ...source.join("\n").matchAll(/import \{ ([A-Z]\w+) \} from "(@cdktf\/provider-aws\/lib\/(?!data-)[a-z0-9-]+)"/g),
    ].map(([, name, path]) => `${path!}#${name!}`),
  ),
];
const taggable = classes.flatMap((key) => {
  const [path, name] = key.split("#") as [string, string];
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const made = (require(path) as Record<string, { tfResourceType: string; prototype: object }>)[name]!;
  return "tagsInput" in made.prototype ? [made.tfResourceType] : [];
});

test("the list of what can be tagged is not empty", () => {
  expect(taggable).toEqual(expect.arrayContaining(["aws_vpc", "aws_lambda_function", "aws_s3_bucket", "aws_kms_key"]));
});

const tagged = synthesized({ ...EVERYTHING, tags: { Owner: "platform" }, enableCostAllocationTags: true });

test.each(taggable)("every %s carries the common tags and the cost allocation tag", (type) => {
  const bodies = Object.values<Body>(tagged.all(type));
  expect(bodies.length).toBeGreaterThan(0);
  for (const body of bodies) {
    expect(body.tags).toMatchObject({
      Owner: "platform",
      CreatedBy: "buildkite-elastic-ci-stack-for-aws",
      ManagedBy: "Terraform",
      Stack: "buildkite-stack-0a1b2c3d",
    });
  }
});

test("the stack's own tags override the user's", () => {
  const { tags } = synthesized({ tags: { Stack: "mine", ManagedBy: "hand" } }).only("aws_vpc");
  expect(tags).toMatchObject({ Stack: "buildkite-stack-0a1b2c3d", ManagedBy: "Terraform" });
});

test("the cost allocation tag exists only where it is enabled", () => {
  expect(synthesized({ costAllocationTagName: "Cost" }).only("aws_vpc").tags).not.toHaveProperty("Cost");
});
