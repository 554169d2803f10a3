import { type InputRule } from "../inputs/table";
import { accessRules } from "./access";
import { ineffectiveRules } from "./ineffective";
import { instanceRules } from "./instances";
import { networkRules } from "./network";
import { scalingRules } from "./scaling";
import { tagRules } from "./tags";
import { cautionRules } from "./cautions";

/** What must hold across inputs. */
export const rules: readonly InputRule[] = [
  ...scalingRules,
  ...instanceRules,
  ...networkRules,
  ...accessRules,
  ...tagRules,
];

/** What deserves a warning. */
export const warnings: readonly InputRule[] = [...cautionRules, ...ineffectiveRules];
