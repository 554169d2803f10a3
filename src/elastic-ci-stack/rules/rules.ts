import { noEffect } from "./ineffective";
import { type Caution, type Rule } from "../../schema/rule";
import { accessRules } from "./access";
import { instanceRules } from "./instances";
import { networkRules } from "./network";
import { scalingRules } from "./scaling";
import { tagRules } from "./tags";
import { surprises } from "./warnings";

/** What must hold across inputs. */
export const rules: readonly Rule[] = [...scalingRules, ...instanceRules, ...networkRules, ...accessRules, ...tagRules];

/** What deserves a warning. */
export const cautions: readonly Caution[] = [...surprises, ...noEffect];
