import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { fromProps } from "../../src/schema/from-props";
import { InvalidInputs } from "../../src/schema/invalid-inputs";
import { rules } from "../../src/elastic-ci-stack/rules/rules";
import { type Inputs, table } from "../../src/elastic-ci-stack/inputs/table";
import { type Check } from "../../src/schema/check";
import { known } from "../../src/value/value";
import { allowed, refused } from "../elastic-ci-stack/inputs/cases";
import { inputsOf } from "../elastic-ci-stack/inputs/inputs-of";

function problemsOf(props: object): readonly string[] {
  try {
    fromProps(elasticCiStack.schema, props);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputs) return error.problems;
    throw error;
  }
}

describe("wrong inputs are refused, with the input, its value and what is allowed", () => {
  test.each(refused)("$name", ({ props, problems }) => {
    expect(problemsOf(props)).toEqual(problems.map((says) => expect.stringMatching(says) as string));
  });
});

describe("right inputs are allowed", () => {
  test.each(allowed)("$name", ({ props }) => {
    expect(problemsOf(props)).toEqual([]);
  });
});

describe("the cases are complete", () => {
  const wrong: readonly Inputs[] = refused.map(({ props }) => inputsOf(props));
  const checks = table.names.flatMap((input) =>
    table.row(input).checks.map((check) => ({ input, must: check.must, check: check as unknown as Check<unknown> })),
  );

  test.each(checks)("$input must $must: some case breaks it", ({ input, check }) => {
    const breaks = (inputs: Inputs) => known(check.holds(table.content(input, inputs)))?.content === false;
    expect(wrong.filter(breaks).length).toBeGreaterThan(0);
  });

  test.each(rules.map((rule) => ({ message: rule.message.slice(0, 90), rule })))(
    "$message: some case breaks it",
    ({ rule }) => {
      expect(wrong.filter((inputs) => known(rule.holds(inputs))?.content === false).length).toBeGreaterThan(0);
    },
  );
});
