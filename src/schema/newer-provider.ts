import { known } from "../value/value";
import { camel, type InputsOf, type Rows, type Table } from "./table";

/** Warnings about props that need a newer AWS provider than @cdktf/provider-aws may ask for. */
export function newerProviderNeeded<R extends Rows>(table: Table<R>, inputs: InputsOf<R>): string[] {
  return table.names.flatMap((input) => {
    const { providerFrom, default: defaultContent } = table.row(input);
    if (providerFrom === undefined || known(table.content(input, inputs))?.content === defaultContent) return [];
    const version = `~> ${providerFrom.replace(/\.\d+$/, "")}`;
    return [
      `${camel(input)} needs AWS provider ${providerFrom} or later, but @cdktf/provider-aws may ask for an older one. Raise it in the ` +
        `surrounding TerraformStack: addOverride("terraform.required_providers.aws.version", "${version}").`,
    ];
  });
}
