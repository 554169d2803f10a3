import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Construct } from "constructs";
import { atLeast } from "../../src/schema/check";
import { type Definition } from "../../src/schema/definition";
import { declareOutputs } from "../../src/schema/outputs";
import { partsFromProps } from "../../src/schema/parts-from-props";
import { flag, number, text } from "../../src/schema/row";
import { type InputsOf, type RowsIn, tableOf } from "../../src/schema/table";
import { optional } from "../../src/value/optional";
import { eq, gte, not, or, str, type Value } from "../../src/value/value";

/* A second construct of three inputs and one resource: whatever the engine makes of the stack, it makes of this one too. */

const table = tableOf([
  { title: "Topic", rows: { topic_name: text({ default: "news", about: "Name of the topic." }) } },
  {
    title: "Delivery",
    rows: {
      create_topic: flag({ default: true, about: "Whether there is a topic, named by topic_name." }),
      max_retries: number({ default: 3, about: "Times that a delivery is tried again.", checks: [atLeast(0)] }),
    },
  },
]);

type Rows = RowsIn<typeof table>;
export type Parts = ReturnType<typeof makeParts>;

function makeParts(scope: Construct, inputs: InputsOf<Rows>) {
  const topic = optional(inputs.createTopic, (one) =>
    one(new SnsTopic(scope, "topic", { name: str(inputs.topicName) })),
  );
  const name: Value<string | null> = topic.pick<string | null>((made) => made.name, null);
  return { topic, name };
}

export const mailingList: Definition<Rows, Parts> = {
  name: "mailing-list",
  schema: {
    props: "MailingListProps",
    table,
    rules: [
      {
        on: "create_topic",
        holds: ({ createTopic, topicName }) => or(not(createTopic), not(eq(topicName, ""))),
        message: "{create_topic=}, but {topic_name} is empty. Give {topic_name}.",
      },
    ],
    warnings: [
      {
        on: "max_retries",
        holds: ({ maxRetries }) => gte(100, maxRetries),
        message: "{max_retries=}, which takes more than a day.",
      },
    ],
  },
  makeParts,
  outputs: { topic_name: { about: "Name of the topic.", value: ({ name }) => name } },
  readme: { introduction: "# Mailing list", usage: "Call it.", notes: [] },
};

export class MailingList extends Construct {
  private readonly parts: Parts;

  constructor(scope: Construct, id: string, props: object = {}) {
    super(scope, id);
    this.parts = partsFromProps(this, mailingList, props);
  }

  addOutputs(): void {
    declareOutputs(this, mailingList.outputs, this.parts, "");
  }
}
