import { type Definition } from "../schema/definition";
import { type InputRows, table } from "./inputs/table";
import { outputs } from "./outputs";
import { moved } from "./moved";
import { makeParts, type Parts } from "./parts";
import { readme } from "./readme";
import { rules, warnings } from "./rules/rules";

export const elasticCiStack: Definition<InputRows, Parts> = {
  name: "elastic-ci-stack",
  schema: { props: "ElasticCiStackProps", table, rules, warnings },
  makeParts,
  outputs,
  readme,
  moved,
};
