import { atMostCharacters, notEmpty } from "../../schema/check";
import { flag, textMap, text } from "../../schema/row";
import { tagKey, tagKeys, tagText, tagValues } from "../../aws/tags";

export const cost = {
  enable_cost_allocation_tags: flag({
    default: false,
    about: "Whether everything carries the cost allocation tag.",
  }),
  cost_allocation_tag_name: text({
    default: "CreatedBy",
    about: "Key of the cost allocation tag.",
    checks: [notEmpty(), ...tagKey()],
  }),
  cost_allocation_tag_value: text({
    default: "buildkite-elastic-ci-stack-for-aws",
    about: "Value of the cost allocation tag.",
    checks: [atMostCharacters(256), tagText()],
  }),
  tags: textMap({
    default: {},
    about:
      "Further tags of everything that can be tagged. The stack's own tags win over them, and they over the provider's default_tags.",
    checks: [...tagKeys(), ...tagValues()],
  }),
};
