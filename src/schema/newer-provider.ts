import { known } from "../value/value";
import { camel, type InputsOf, type Rows, type Table } from "./table";

/** What to do about props for which the provider that @cdktf/provider-aws asks for may be too old. */
export function newerProviderNeeded<R extends Rows>(table: Table<R>, inputs: InputsOf<R>): string[] {
  return table.names.flatMap((input) => {
    const { providerFrom, default: harmless } = table.row(input);
    if (providerFrom === undefined || known(table.content(input, inputs))?.content === harmless) return [];
    const version = `~> ${providerFrom.replace(/\.\d+$/, "")}`;
    return [
      `${camel(input)} needs AWS provider ${providerFrom} or later, but @cdktf/provider-aws may ask for an older one. Raise it in the ` +
        `surrounding TerraformStack: addOverride("terraform.required_providers.aws.version", "${version}").`,
    ];
  });
}
