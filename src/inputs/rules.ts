import { noEffect } from "./no-effect";
import { type Caution, type Rule } from "./rule";
import { accessRules } from "./rules-of-access";
import { instanceRules } from "./rules-of-instances";
import { networkRules } from "./rules-of-network";
import { scalingRules } from "./rules-of-scaling";
import { tagRules } from "./rules-of-tags";
import { surprises } from "./surprises";

/** What must hold across inputs. */
export const rules: readonly Rule[] = [...scalingRules, ...instanceRules, ...networkRules, ...accessRules, ...tagRules];

/** What deserves a warning. */
export const cautions: readonly Caution[] = [...surprises, ...noEffect];
