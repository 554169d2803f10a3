import { TerraformStack, Testing } from "cdktf";
import { propsSource } from "../../src/generate/props";
import { moduleFiles } from "../../src/module/module-files";
import { text } from "../../src/schema/row";
import { tableOf } from "../../src/schema/table";
import { MailingList, mailingList } from "./mailing-list";

const files = moduleFiles(mailingList);
const file = (path: string) => String(files.get(path));

function synthesized(props: object): { ci: MailingList; json: string } {
  const stack = new TerraformStack(Testing.app(), "stack");
  const ci = new MailingList(stack, "list", props);
  ci.addOutputs();
  return { ci, json: Testing.synth(stack) };
}

test("as a construct: known inputs decide at synth what exists, and outputs follow", () => {
  expect(JSON.parse(synthesized({ topicName: "ours" }).json)).toMatchObject({
    resource: { aws_sns_topic: { list_topic_22AFDEEB: { name: "ours" } } },
    output: { topic_name: { value: expect.stringContaining("aws_sns_topic.") as string } },
  });
  const without = JSON.parse(synthesized({ createTopic: false }).json) as object;
  expect(without).not.toHaveProperty("resource");
  expect(without).not.toHaveProperty("output");
});

test("as a construct: every wrong prop is named at once, by this construct's own inputs and props", () => {
  expect(() => synthesized({ topicName: "", maxRetries: -1, minSize: 1, create_topic: true })).toThrow(
    [
      "4 inputs are wrong:",
      "minSize is not a prop: see MailingListProps for those that are.",
      "create_topic is not a prop: write it as createTopic.",
      "maxRetries is -1, but it must be at least 0.",
      "createTopic is true, but topicName is empty. Give topicName.",
    ].join("\n  - "),
  );
});

test("as a construct: what deserves a warning is said in its own words", () => {
  const { metadata } = synthesized({ maxRetries: 200 }).ci.node;
  expect(metadata.map(({ data }) => data as unknown)).toEqual(["maxRetries is 200, which takes more than a day."]);
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
    'variable "create_topic"',
    'variable "max_retries"',
  ]);
  expect(file("variables.tf")).toContain("condition     = var.max_retries >= 0");
  expect(JSON.parse(file("main.tf.json"))).toMatchObject({
    resource: { aws_sns_topic: { topic: { count: "${(var.create_topic ? 1 : 0)}", name: "${var.topic_name}" } } },
    check: { max_retries_1: {} },
  });
  expect(file("outputs.tf")).toContain('output "topic_name"');
});

test("as documents: an item in a list of notes is never empty", () => {
  expect(file("README.md")).not.toMatch(/^- *$/m);
});

test("a name that stands in two sections is refused", () => {
  const section = (title: string) => ({ title, rows: { name: text({ default: "", about: "Name." }) } });
  expect(() => tableOf([section("A"), section("B")])).toThrow("inputs of one name in two sections: name");
});

test("as documents: its own tables and its own props, and nothing of the stack's", async () => {
  expect(file("README.md")).toMatch(/^# Mailing list\n\n## Usage\n\nCall it\.\n/);
  expect(file("README.md").match(/^\| `\w+` \|/gm)).toEqual([
    "| `topic_name` |",
    "| `create_topic` |",
    "| `max_retries` |",
    "| `topic_name` |",
  ]);
  const props = await propsSource(mailingList.schema);
  expect(props).toContain("/** Inputs of a MailingList.");
  expect(props).toContain("Whether there is a topic, named by `topicName`.");
  expect(props.match(/readonly \w+\?: .*;/g)).toEqual([
    "readonly topicName?: string;",
    "readonly createTopic?: boolean | IResolvable;",
    "readonly maxRetries?: number;",
  ]);
  for (const text of [
    ...[...files].filter(([path]) => path !== "LICENSE").map(([, content]) => String(content)),
    props,
  ])
    expect(text).not.toMatch(/Elastic CI Stack|buildkite_|vpc|min_size|ElasticCiStack/);
});
