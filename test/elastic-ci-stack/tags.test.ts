import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Aspects, type IAspect, TerraformStack, Testing } from "cdktf";
import { type IConstruct } from "constructs";
import { ElasticCiStack } from "../../src/elastic-ci-stack/elastic-ci-stack";
import { mergedTags } from "../harness/merged-tags";
import { type Body, EVERYTHING, synthesized } from "../harness/synthesized";

interface Taggable extends IConstruct {
  tags?: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

/** As the documentation of CDK for Terraform has programs add tags. */
class AddTags implements IAspect {
  constructor(private readonly added: Record<string, string>) {}

  visit(node: IConstruct): void {
    if (!("tags" in node && "tagsInput" in node)) return;
    const taggable = node as Taggable;
    taggable.tags = { ...this.added, ...taggable.tagsInput };
  }
}

function withAspect(on: (stack: TerraformStack, ci: ElasticCiStack) => IConstruct): Body {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AwsProvider(stack, "aws");
  const ci = new ElasticCiStack(stack, "ci", { buildkiteAgentToken: "t", ...EVERYTHING });
  Aspects.of(on(stack, ci)).add(new AddTags({ Team: "platform", Stack: "theirs" }));
  return JSON.parse(Testing.synth(stack));
}

const places: readonly (readonly [string, (stack: TerraformStack, ci: ElasticCiStack) => IConstruct])[] = [
  ["the construct", (_, ci) => ci],
  ["the Terraform stack around it", (stack) => stack],
];

describe.each(places)("an aspect on %s", (_, place) => {
  const { resource, locals } = withAspect(place);
  const bodies = Object.values(resource).flatMap((all: Body) => Object.values(all)) as Body[];

  test("adds its tags to every resource that has some, and the stack's own stay", () => {
    const tagged = bodies.filter(({ tags }: Body) => tags !== undefined);
    expect(tagged.length).toBeGreaterThan(20);
    expect(tagged.filter(({ tags }: Body) => tags.Team !== "platform" || tags.Stack === "theirs")).toEqual([]);
  });

  test("reaches instances, volumes, interfaces and the group", () => {
    const [name, everyTag] = Object.entries(locals as Record<string, string>).find(([key]) =>
      key.includes("every_tag"),
    )!;
    expect(everyTag).toMatch(/^\$\{merge\(data\.aws_default_tags\.[\w-]+\.tags, \{ .*"Team" = "platform".* \}\)\}$/);
    const template = bodies.find(({ tag_specifications }: Body) => tag_specifications)!;
    const group = bodies.find(({ mixed_instances_policy }: Body) => mixed_instances_policy)!;
    const taken = [...template.tag_specifications.map(({ tags }: Body) => tags as string), group.dynamic.tag.for_each];
    expect(taken.map((tags: string) => tags.includes(`merge(local.${name}, `))).toEqual([true, true, true, true]);
  });
});

test("the stack's own tags win over the provider's, and a part's own over these", () => {
  const stack = synthesized({ tags: { Name: "mine", Stack: "mine" } });
  const specification = stack.only("aws_launch_template").tag_specifications[0].tags as string;
  expect(mergedTags(specification, stack)).toMatchObject({
    Name: "buildkite-stack-0a1b2c3d",
    Stack: "buildkite-stack-0a1b2c3d",
  });
});
