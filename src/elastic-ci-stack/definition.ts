import { type Definition } from "../schema/definition";
import { type InputRows } from "./inputs/table";
import { outputs } from "./outputs";
import { makeParts, type Parts } from "./parts";
import { readme } from "./readme";
import { schema } from "./schema";

export const elasticCiStack: Definition<InputRows, Parts> = {
  name: "elastic-ci-stack",
  schema,
  makeParts,
  outputs,
  readme,
};
