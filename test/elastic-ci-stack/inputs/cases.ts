/*
 * What is refused, what is allowed and what deserves a warning, as data: the tests of this folder hand the cases to fromProps, the
 * end-to-end tests hand the same ones to Terraform. In what a case says, `{min_size}` stands for the input's name in either mode and
 * `…` for anything.
 */
import { type Allowed, bothWays, type Refused } from "./case";
import { choices, lists, ranges } from "./limit-cases";
import { roleTexts, stackTexts } from "./stack-text-cases";
import { combinations } from "./combination-cases";
import { brokenRules } from "./rule-cases";
import { agentTexts } from "./agent-text-cases";

export { cautioned, unsurprising } from "./caution-cases";

const pairs = bothWays([...agentTexts, ...stackTexts, ...roleTexts, ...lists]);

export const refused: readonly Refused[] = [
  ...pairs.refused,
  ...choices.map((choice) => choice.refused),
  ...ranges.flatMap((range) => range.refused),
  ...brokenRules,
];

export const allowed: readonly Allowed[] = [
  ...pairs.allowed,
  ...choices.flatMap((choice) => choice.allowed),
  ...ranges.flatMap((range) => range.allowed),
  ...combinations,
];
