import { atMostCharacters, emptyOr, pattern } from "../../schema/check";
import { stackName } from "../../schema/formats/texts";
import { flag, text } from "../../schema/row";

export const stack = {
  stack_name: text({
    default: "buildkite-stack",
    about: "Name of the stack; it begins the name of every resource. A new name replaces nearly everything.",
    checks: [stackName(), atMostCharacters(30)],
  }),
  stack_name_suffix: text({
    default: "",
    about:
      "What follows the stack's name in resource names. Empty: eight characters derived from account, region and stack name. " +
      "To adopt a stack that Buildkite's own module made, give the eight characters that its resources carry. " +
      "Where the module or construct depends on something as a whole, give the present eight: derived ones would replace nearly everything whenever that changes. " +
      "With a stack of your own then set keep_original_rights to false, and both days of the secrets buckets: it counts as one that was adopted.",
    checks: [emptyOr(pattern(/^[a-z0-9]{1,8}$/, "have 1 to 8 lower-case letters and digits"))],
  }),
  keep_original_rights: flag({
    default: true,
    about:
      "Whether the created instance role of a stack with stack_name_suffix keeps the rights that Buildkite's own module gives, which are wider, " +
      "for instances and jobs of before the move. Set it to false when none of them runs any more.",
  }),
};
