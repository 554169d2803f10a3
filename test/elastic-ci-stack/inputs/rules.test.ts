import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { fromProps } from "../../../src/schema/from-props";
import { warnings, rules } from "../../../src/elastic-ci-stack/rules/rules";
import { type InputName, type Inputs, table } from "../../../src/elastic-ci-stack/inputs/table";
import { camel } from "../../../src/schema/table";
import { cautioned, withoutWarning } from "./cases";
import { asProps } from "../../harness/as-prop";
import { alternative } from "../../harness/alternatives";
import { Value } from "../../../src/value/value";

function warningsOf(props: object): readonly string[] {
  return fromProps(elasticCiStack.schema, { buildkiteAgentToken: "token", ...props }).warnings;
}

describe("inputs that may have an unexpected effect draw a warning", () => {
  test.each(cautioned)("$name", ({ props, says }) => {
    expect(warningsOf(props)).toEqual([expect.stringMatching(says) as string]);
  });

  test.each(withoutWarning)("%s: no warning", (_, props) => {
    expect(warningsOf(props)).toEqual([]);
  });

  test("every caution that is not derived from a column has its case", () => {
    const derived = (on: InputName) => Boolean(table.row(on).platforms ?? table.row(on).inert);
    const covered = new Set(cautioned.map(({ name }) => name.split(" ")[0]));
    expect(warnings.filter(({ on }) => !derived(on) && !covered.has(camel(on))).map(({ on }) => on)).toEqual([]);
  });
});

describe("an input of the other operating system draws a warning that it has no effect", () => {
  /** These are refused there: a limit that nobody enforces, or a part of the boot that is left out, would be worse than none. */
  const limits: readonly InputName[] = [
    "allowed_pipelines",
    "allowed_repositories",
    "allowed_branches",
    "allowed_plugins",
    "allowed_pull_requests",
    "extra_user_data",
  ];
  const foreign = table.names
    .filter((input) => !limits.includes(input))
    .flatMap((input) => (table.row(input).platforms ?? []).map((platform) => ({ input, platform })));
  test.each(foreign)("$input away from $platform", ({ input, platform }) => {
    const other = platform === "linux" ? "windows" : "linux";
    const { content, company } = alternative(input);
    const given = asProps({ ...company, [input]: content });
    const warnings = warningsOf({ ...given, instanceOperatingSystem: other });
    expect(warnings).toContainEqual(
      expect.stringMatching(`^${camel(input)} is .*, which has no effect: instanceOperatingSystem is "${other}"`),
    );
  });
});

describe("the rules can stand in a Terraform module", () => {
  /** The inputs that a rule reads, in its condition or its message. */
  function reads({ on, holds, message }: (typeof rules)[number]): readonly string[] {
    const seen = new Set([...message.matchAll(/\{([a-z0-9_]+)=\}/g)].map(([, input]) => camel(input!)));
    const spy = new Proxy({}, { get: (_, prop: string) => (seen.add(prop), Value.expression(`var.${prop}`)) });
    holds(spy as Inputs);
    seen.delete(camel(on));
    return [...seen];
  }

  test("no chain of rules leads back to where it began: Terraform calls that a cycle", () => {
    const edges = rules.flatMap((rule) => reads(rule).map((to) => [camel(rule.on), to] as const));
    const reach = (from: string, seen: readonly string[] = []): readonly string[] =>
      edges
        .filter(([start, to]) => start === from && !seen.includes(to))
        .reduce((all, [, to]) => reach(to, [...all, to]), seen);
    expect(table.names.map(camel).filter((input) => reach(input).includes(input))).toEqual([]);
  });

  test("messages name inputs that exist", () => {
    const named = [...rules, ...warnings].flatMap(({ message }) =>
      [...message.matchAll(/\{([a-z0-9_]+)=?\}/g)].map(([, input]) => input),
    );
    expect(named.filter((name) => !table.names.some((input) => input === name))).toEqual([]);
  });
});
