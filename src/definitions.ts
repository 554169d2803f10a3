import { elasticCiStack } from "./elastic-ci-stack/definition";
import { type AnyDefinition } from "./schema/definition";

/** Every construct of this package. Module, props and documentation are generated for each. */
export const definitions: readonly AnyDefinition[] = [elasticCiStack];
