import { known } from "../value/value";
import { camel, contentOf, inputNames, type Inputs, rowOf } from "../elastic-ci-stack/inputs/table";

/** What to do about props for which the provider that @cdktf/provider-aws asks for may be too old. */
export function newerProviderNeeded(inputs: Inputs): string[] {
  return inputNames.flatMap((input) => {
    const { providerFrom, default: harmless } = rowOf(input);
    if (providerFrom === undefined || known(contentOf(input, inputs))?.content === harmless) return [];
    const version = `~> ${providerFrom.replace(/\.\d+$/, "")}`;
    return [
      `${camel(input)} needs AWS provider ${providerFrom} or later, but @cdktf/provider-aws may ask for an older one. Raise it in the ` +
        `surrounding TerraformStack: addOverride("terraform.required_providers.aws.version", "${version}").`,
    ];
  });
}
