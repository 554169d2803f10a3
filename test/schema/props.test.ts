import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { TerraformLocal, TerraformStack, Testing } from "cdktf";
import { fromProps } from "../../src/schema/from-props";
import { InvalidInputs } from "../../src/schema/invalid-inputs";
import { known } from "../../src/value/value";

function refusal(props: unknown): InvalidInputs {
  try {
    fromProps(elasticCiStack.schema, props);
  } catch (error) {
    if (error instanceof InvalidInputs) return error;
    throw error;
  }
  throw new Error("the props were accepted");
}

const TOKEN = { buildkiteAgentToken: "token" };
const reference = new TerraformLocal(new TerraformStack(Testing.app(), "other"), "vpc_id", "later").asString;

describe("all wrong inputs are named at once", () => {
  test("limits and rules together, in the table's order, limits first", () => {
    const error = refusal({ minSize: 5, maxSize: 2.5, rootVolumeType: "gp4", scaleOutFactor: 0 });
    expect(error.problems.map((problem) => problem.split(/ is | and /)[0])).toEqual([
      "maxSize",
      "scaleOutFactor",
      "rootVolumeType",
      "minSize",
      "buildkiteAgentToken",
    ]);
    expect(error.message).toBe(
      ["5 inputs are wrong:", ...error.problems.map((problem) => `  - ${problem}`)].join("\n"),
    );
  });

  test("one wrong input is counted as one", () => {
    expect(refusal({ ...TOKEN, minSize: -1 }).message).toBe(
      "1 input is wrong:\n  - minSize is -1, but it must be at least 0.",
    );
  });

  test("the error shows no stack trace", () => {
    expect(refusal({}).stack).toBe(`InvalidInputs: ${refusal({}).message}`);
  });
});

describe("props that are not inputs", () => {
  test.each([
    ["min_size", "min_size is not a prop: write it as minSize."],
    ["minimumSize", "minimumSize is not a prop: see ElasticCiStackProps for those that are."],
    ["toString", "toString is not a prop: see ElasticCiStackProps for those that are."],
  ])("%s is refused", (prop, says) => {
    expect(refusal({ ...TOKEN, [prop]: 1 }).problems).toEqual([says]);
  });
});

const PART = "object with contentType, content, before";
const PARTS = "objects with contentType, content, before";
const part = { contentType: "text/x-shellscript", content: "#!/bin/sh\n" };

describe("wrong types are refused before anything is judged", () => {
  test.each<[string, object, string]>([
    ["text for a number", { minSize: "3" }, 'minSize is "3", but it must be a finite number.'],
    ["NaN", { scaleOutFactor: NaN }, "scaleOutFactor is NaN, but it must be a finite number."],
    ["Infinity", { scaleOutFactor: Infinity }, "scaleOutFactor is Infinity, but it must be a finite number."],
    ["number for a text", { stackName: 1 }, "stackName is 1, but it must be a string."],
    ["null", { stackName: null }, "stackName is null, but it must be a string."],
    ["text for a flag", { disableScaleIn: "false" }, 'disableScaleIn is "false", but it must be true or false.'],
    ["text for a list", { subnets: "subnet-1" }, 'subnets is "subnet-1", but it must be an array of strings.'],
    ["list of numbers", { subnets: [1] }, "subnets is [1], but it must be an array of strings."],
    ["list for a map", { tags: ["a"] }, 'tags is ["a"], but it must be an object whose values are strings.'],
    ["map of numbers", { tags: { a: 1 } }, 'tags is {"a":1}, but it must be an object whose values are strings.'],
    [
      "map for a comma-separated text",
      { instanceTypes: {} },
      "instanceTypes is {}, but it must be a string or an array of strings.",
    ],
    [
      "text for objects",
      { extraUserData: "x" },
      `extraUserData is of type string, but it must be an array of ${PARTS}.`,
    ],
    ["text among objects", { extraUserData: ["x"] }, `extraUserData[0] is of type string, but it must be an ${PART}.`],
    [
      "a strange field",
      { extraUserData: [{ ...part, type: "x" }] },
      `extraUserData[0] has type, but it must be an ${PART}.`,
    ],
    [
      "a field left out",
      { extraUserData: [part, { contentType: "text/x-shellscript" }] },
      "extraUserData[1].content is of type undefined, but it must be a string.",
    ],
    [
      "text for a flag of an object",
      { extraUserData: [{ ...part, before: "yes" }] },
      "extraUserData[0].before is of type string, but it must be true or false.",
    ],
    [
      "number for the token",
      { buildkiteAgentToken: 271828 },
      "buildkiteAgentToken is of type number, but it must be a string.",
    ],
  ])("%s", (_, props, says) => {
    expect(refusal({ ...TOKEN, ...props }).problems).toEqual([says]);
  });
});

describe("secrets stay secret", () => {
  test.each<[string, object]>([
    ["a token with a line break", { buildkiteAgentToken: "hush\nhush" }],
    ["a token that no one needs", { buildkiteAgentToken: "hush", buildkiteAgentTokenParameterStorePath: "wrong path" }],
    ["a token of the wrong type", { buildkiteAgentToken: ["hush"] }],
  ])("%s is never repeated", (_, props) => {
    expect(refusal(props).message).not.toContain("hush");
  });

  test("nor in a warning", () => {
    const { warnings } = fromProps(elasticCiStack.schema, {
      buildkiteAgentToken: "hush",
      buildkiteAgentTokenParameterStorePath: "/ci/token",
    });
    expect(warnings).toEqual([expect.stringContaining("buildkiteAgentToken is given") as string]);
  });
});

describe("content of the inputs", () => {
  test("an input that is left out, or undefined, has its default", () => {
    const { inputs } = fromProps(elasticCiStack.schema, { ...TOKEN, ...({ maxSize: undefined } as object) });
    expect([known(inputs.maxSize), known(inputs.stackName)]).toEqual([{ content: 10 }, { content: "buildkite-stack" }]);
  });

  test("objects have the variables' names, and the defaults of what is left out", () => {
    const { inputs } = fromProps(elasticCiStack.schema, { ...TOKEN, extraUserData: [part, { ...part, before: true }] });
    const content = { content_type: part.contentType, content: part.content };
    expect(known(inputs.extraUserData)).toEqual({
      content: [
        { ...content, before: false },
        { ...content, before: true },
      ],
    });
  });

  test("an array for a comma-separated text is joined", () => {
    const { inputs } = fromProps(elasticCiStack.schema, { ...TOKEN, instanceTypes: ["t3.large", "t3a.large"] });
    expect(known(inputs.instanceTypes)).toEqual({ content: "t3.large,t3a.large" });
  });
});

describe("references are judged when Terraform knows them", () => {
  test("a VPC that another construct makes counts as given", () => {
    const { unresolved } = fromProps(elasticCiStack.schema, {
      ...TOKEN,
      vpcId: reference,
      subnets: ["subnet-1", "subnet-2"],
    });
    expect(unresolved.map(({ on }) => on)).toEqual(["vpc_id"]);
  });

  test("what is certainly wrong beside it is refused at once", () => {
    expect(refusal({ ...TOKEN, vpcId: reference }).problems).toEqual([
      "vpcId is a reference, but subnets is []. An existing VPC needs at least 2 of its subnets in subnets.",
    ]);
  });
});

describe("what cannot be shown in a sentence is described in one", () => {
  const circular: Record<string, unknown> = {};
  circular["itself"] = circular;
  const stack = new TerraformStack(Testing.app(), "objects");

  test.each([
    [
      "a construct",
      { ...TOKEN, vpcId: stack, maxSize: -1 },
      "vpcId is an object of class TerraformStack, but it must be a string.",
    ],
    ["a BigInt", { ...TOKEN, maxSize: 5n }, "maxSize is 5, but it must be a finite number."],
    [
      "a circle",
      { ...TOKEN, tags: circular },
      "tags is an object that refers to itself, but it must be an object whose values are strings.",
    ],
    [
      "an array",
      { ...TOKEN, stackName: Array(300).fill("x") },
      /^stackName is \["x",.{190,200}…, but it must be a string\.$/,
    ],
  ])("%s", (_, props, sentence) => {
    expect(refusal(props).problems).toContainEqual(expect.stringMatching(sentence));
  });

  test.each([
    [null, "null"],
    ["hello", '"hello"'],
    [5, "5"],
    [["a"], '["a"]'],
  ])("props that are %j", (props, shown) => {
    expect(refusal(props).problems).toEqual([`The props are ${shown}, but they must be an object.`]);
  });
});
