export { InvalidInputs } from "./schema/invalid-inputs";
export type { ElasticCiStackProps } from "./elastic-ci-stack/props.generated";
export { ElasticCiStack } from "./elastic-ci-stack/elastic-ci-stack";
