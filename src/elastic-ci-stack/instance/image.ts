import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { lookup } from "../../value/list";
import { localValue, optional } from "../../value/optional";
import { text } from "../../value/text";
import { isSet, known, str, Value, when } from "../../value/value";
import published from "./images.json";

/** Version of Buildkite's image set and of the scripts in it. */
export const STACK_VERSION = published.stackVersion;

/** The AMI: by id, by an SSM parameter with the id, or Buildkite's published one for region and architecture. */
export class Image extends Construct {
  /** Id of the AMI; empty where none is given and none is published. */
  readonly id: Value<string>;
  readonly architecture: Value<string>;

  constructor(scope: Construct, id: string, { inputs, facts, account }: StackContext) {
    super(scope, id);
    const parameter = optional(facts.readsImageParameter, (one) =>
      one(new DataAwsSsmParameter(this, "ami", { name: str(inputs.imageIdParameter) })),
    );
    this.architecture = when(facts.isWindows, "windows", when(facts.isArm, "linuxarm64", "linuxamd64"));
    const table = localValue(this, "published_images", publishedFor(this.architecture));
    const fallback = lookup<string>(table, text`${account.region}/${this.architecture}`, "");
    // The plain `value` is marked sensitive, which would hide the image in every plan.
    const chosen = parameter.pick((it) => it.insecureValue, fallback);
    this.id = localValue(this, "image_id", when(isSet(inputs.imageId), inputs.imageId, chosen));
  }
}

/** The images of the architecture, or all of them where it is known at plan only. */
function publishedFor(architecture: Value<string>): Value<Readonly<Record<string, string>>> {
  const decided = known(architecture)?.content;
  const rows = Object.entries(published.images).filter(([key]) => !decided || key.endsWith(`/${decided}`));
  return Value.of(Object.fromEntries(rows));
}
