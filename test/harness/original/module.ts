import { functions } from "./functions";
import { group } from "./group";
import { type Inputs, Original, type Resources } from "./inputs";
import { network } from "./network";
import { roles } from "./roles";
import { storage } from "./storage";

/** Checks that the original keeps as resources. */
const CHECKS = ["validate_token", "validate_agent_grace_periods", "validate_max_min_size", "validate_vpc_subnets"];

/** Buildkite's own module for some inputs, in Terraform's JSON syntax. */
export function originalModule(inputs: Inputs): object {
  const original = new Original(inputs);
  const checks: Resources = { terraform_data: Object.fromEntries(CHECKS.map((name) => [name, { input: true }])) };
  const parts = [network(original), storage(original), roles(original), functions(original), group(original), checks];
  const resource = Object.fromEntries(
    parts.flatMap((part) => Object.entries(part)).filter(([, named]) => Object.keys(named).length > 0),
  );
  return { variable: Object.fromEntries(Object.keys(inputs).map((name) => [name, {}])), resource };
}
