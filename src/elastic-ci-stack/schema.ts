import { type Schema } from "../schema/schema";
import { type InputRows, table } from "./inputs/table";
import { rules, warnings } from "./rules/rules";

/** The inputs of an ElasticCiStack, and what must hold across them. */
export const schema: Schema<InputRows> = { props: "ElasticCiStackProps", table, rules, warnings };
