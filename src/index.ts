export { InvalidInputs } from "./inputs/invalid-inputs";
export type { ElasticCiStackProps } from "./inputs/props.generated";
export { ElasticCiStack } from "./stack/elastic-ci-stack";
