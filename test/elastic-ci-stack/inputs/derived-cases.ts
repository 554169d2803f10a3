/* What follows from an input's own row: its bounds, its choices, and texts that its limits refuse. */
import { type InputName, table } from "../../../src/elastic-ci-stack/inputs/table";
import { alternative } from "../../harness/alternatives";
import { accepts, checksOf, keeps, strange } from "../../harness/contents";
import { allow, type Allowed, type Given, refuse, type Refused } from "./case";

/** Leaves the limits of volume types, of grace periods and of Buildkite's AgentScaler out of the way of single numbers. */
const NEUTRAL: Given = {
  root_volume_type: "gp2",
  root_volume_size: 10,
  buildkite_agent_cancel_grace_period: 20,
  scaler_implementation: "typescript",
};

/** What breaks their limits breaks a rule too: rule-cases.ts has it. */
const WITH_A_RULE: readonly InputName[] = ["max_size"];
/** What an input's choices hold and a rule refuses without company. */
const REFUSED_BY_A_RULE: readonly unknown[] = ["st1", "sc1", "ubuntu2404"];

const numbers = table.names.filter(
  (input) => table.row(input).type === "number" && !table.row(input).choices && !WITH_A_RULE.includes(input),
);
const withChoices = table.names.filter((input) => table.row(input).choices);
const texts = table.names.filter(
  (input) => ["string", "list(string)"].includes(table.row(input).type) && !table.row(input).choices,
);

/** The content with every limit that it breaks, in their order. */
function refusal(input: InputName, content: unknown, beside: Given): Refused {
  const broken = checksOf(input).filter((check) => !keeps(check, content));
  const shown = table.row(input).sensitive ? "not shown" : JSON.stringify(content);
  const says = broken.map(({ must }) => `{${input}} is ${shown}, but it must ${must}`);
  return refuse(nameOf(input, content), { ...beside, [input]: content }, ...(says as [string, ...string[]]));
}

function nameOf(input: InputName, content: unknown): string {
  return `${input} ${JSON.stringify(content).slice(0, 60)}`;
}

/** Just outside of each bound, and between two whole numbers where it must be one. */
function wrongNumbers(input: InputName): readonly number[] {
  const bounds = checksOf(input).flatMap(({ bounds: one }) => one ?? []);
  const outside = bounds.flatMap(({ min, exclusiveMin, max }) => [
    ...(min === undefined ? [] : [min - 1]),
    ...(exclusiveMin === undefined ? [] : [exclusiveMin]),
    ...(max === undefined ? [] : [max + 1]),
  ]);
  return [...outside, Number(table.row(input).default) + 0.5].filter((content) => !accepts(input, content));
}

function rightNumbers(input: InputName): readonly number[] {
  return checksOf(input).flatMap(({ bounds }) => [bounds?.min ?? [], bounds?.max ?? []].flat());
}

/** Every text, and the first and the last of the numbers. */
function rightChoices(input: InputName): readonly unknown[] {
  const { type, choices = [] } = table.row(input);
  const some = type === "number" ? [choices.at(0), choices.at(-1)] : choices;
  return some.filter((choice) => !REFUSED_BY_A_RULE.includes(choice));
}

export const derived: { readonly refused: readonly Refused[]; readonly allowed: readonly Allowed[] } = {
  refused: [
    ...numbers.flatMap((input) => wrongNumbers(input).map((content) => refusal(input, content, NEUTRAL))),
    ...withChoices.map((input) => refusal(input, table.row(input).type === "number" ? 123456 : "no such choice", {})),
  ],
  allowed: [
    ...numbers.flatMap((input) =>
      rightNumbers(input).map((content) => allow(nameOf(input, content), { ...NEUTRAL, [input]: content })),
    ),
    ...withChoices.flatMap((input) =>
      rightChoices(input).map((content) => allow(nameOf(input, content), { [input]: content })),
    ),
  ],
};

/** For each limit of a text or list that none of the cases breaks, a content that does. */
export function derivedTexts(cases: readonly Refused[]): typeof derived {
  const found = texts.flatMap((input) => {
    const tried = cases.flatMap(({ variables }) => (input in variables ? [variables[input]] : []));
    return checksOf(input)
      .filter((check) => !tried.some((wrong) => !keeps(check, wrong)))
      .flatMap((check) =>
        strange(input)
          .filter((content) => !keeps(check, content))
          .slice(0, 1),
      )
      .map((content) => ({ input, content }));
  });
  return {
    refused: found.map(({ input, content }) => refusal(input, content, {})),
    allowed: [...new Set(found.map(({ input }) => input))].map((input) => {
      const { content, company } = alternative(input);
      return allow(nameOf(input, content), { ...company, [input]: content });
    }),
  };
}
