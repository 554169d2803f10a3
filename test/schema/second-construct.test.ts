import { TerraformStack, Testing } from "cdktf";
import { propsSource } from "../../src/generate/props";
import { moduleFiles } from "../../src/module/module-files";
import { MailingList, mailingList } from "./mailing-list";

const files = moduleFiles(mailingList);
const file = (path: string) => String(files.get(path));

function synthesized(props: object): { ci: MailingList; text: string } {
  const stack = new TerraformStack(Testing.app(), "stack");
  const ci = new MailingList(stack, "list", props);
  ci.addOutputs();
  return { ci, text: Testing.synth(stack) };
}

test("as a construct: known inputs decide at synth what exists, and outputs follow", () => {
  expect(JSON.parse(synthesized({ topicName: "ours" }).text)).toMatchObject({
    resource: { aws_sns_topic: { list_topic_22AFDEEB: { name: "ours" } } },
    output: { topic_name: { value: expect.stringContaining("aws_sns_topic.") as string } },
  });
  const without = JSON.parse(synthesized({ hasTopic: false }).text) as object;
  expect(without).not.toHaveProperty("resource");
  expect(without).not.toHaveProperty("output");
});

test("as a construct: every wrong prop is named at once, by this construct's own inputs and props", () => {
  expect(() => synthesized({ topicName: "", maxRetries: -1, minSize: 1, has_topic: true })).toThrow(
    [
      "4 inputs are wrong:",
      "minSize is not a prop: see MailingListProps for those that are.",
      "has_topic is not a prop: write it as hasTopic.",
      "maxRetries is -1, but it must be at least 0.",
      "hasTopic is true, but topicName is empty. Give topicName.",
    ].join("\n  - "),
  );
});

test("as a construct: what deserves a warning is said in its own words", () => {
  expect(synthesized({ maxRetries: 200 }).ci.warnings).toEqual(["maxRetries is 200, which takes more than a day."]);
});

test("as a module: variables with limits, one file per kind, the resource under its condition", () => {
  expect([...files.keys()]).toEqual([
    "versions.tf",
    "variables.tf",
    "outputs.tf",
    "main.tf.json",
    "README.md",
    "LICENSE",
  ]);
  expect(file("variables.tf").match(/^variable "(\w+)"/gm)).toEqual([
    'variable "topic_name"',
    'variable "has_topic"',
    'variable "max_retries"',
  ]);
  expect(file("variables.tf")).toContain("condition     = var.max_retries >= 0");
  expect(JSON.parse(file("main.tf.json"))).toMatchObject({
    resource: { aws_sns_topic: { topic: { count: "${(var.has_topic ? 1 : 0)}", name: "${var.topic_name}" } } },
    check: { max_retries_1: {} },
  });
  expect(file("outputs.tf")).toContain('output "topic_name"');
});

test("as documents: its own tables and its own props, and nothing of the stack's", async () => {
  expect(file("README.md")).toMatch(/^# Mailing list\n\n## Usage\n\nCall it\.\n/);
  expect(file("README.md").match(/^\| `\w+` \|/gm)).toEqual([
    "| `topic_name` |",
    "| `has_topic` |",
    "| `max_retries` |",
    "| `topic_name` |",
  ]);
  const props = await propsSource(mailingList.schema);
  expect(props).toContain("/** Inputs of a MailingList.");
  expect(props).toContain("Whether there is a topic, named by `topicName`.");
  expect(props.match(/readonly \w+\?: .*;/g)).toEqual([
    "readonly topicName?: string;",
    "readonly hasTopic?: boolean | IResolvable;",
    "readonly maxRetries?: number;",
  ]);
  for (const text of [
    ...[...files].filter(([path]) => path !== "LICENSE").map(([, content]) => String(content)),
    props,
  ])
    expect(text).not.toMatch(/Elastic CI Stack|buildkite_|min_size|ElasticCiStack/);
});
