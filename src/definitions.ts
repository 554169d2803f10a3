import { elasticCiStack } from "./elastic-ci-stack/definition";

/** Every construct of this package, for what is made of each: its module, its props, its documents. */
export const definitions = [elasticCiStack] as const;
