/*
 * What is refused, what is allowed and what deserves a warning, as data: the tests of this folder hand the cases to fromProps, the
 * end-to-end tests hand the same ones to Terraform. In what a case says, `{min_size}` stands for the input's name in either mode and
 * `…` for anything.
 */
import { type Allowed, bothWays, type Refused } from "./case";
import { derived, derivedTexts } from "./derived-cases";
import { lists } from "./list-cases";
import { roleTexts, stackTexts } from "./stack-text-cases";
import { combinations } from "./combination-cases";
import { brokenRules } from "./rule-cases";
import { agentTexts } from "./agent-text-cases";

export { cautioned, withoutWarning } from "./caution-cases";

const byHand = bothWays([...agentTexts, ...stackTexts, ...roleTexts, ...lists]);
const others = derivedTexts([...byHand.refused, ...brokenRules]);

export const refused: readonly Refused[] = [...byHand.refused, ...derived.refused, ...others.refused, ...brokenRules];

export const allowed: readonly Allowed[] = [...byHand.allowed, ...derived.allowed, ...others.allowed, ...combinations];
