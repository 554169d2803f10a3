import { elasticCiStack } from "./elastic-ci-stack/definition";
import { type AnyDefinition } from "./schema/definition";

/** Every construct of this package, for what is made of each: its module and its props. */
export const definitions: readonly AnyDefinition[] = [elasticCiStack];
