import { TerraformOutput, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { any, type Operand } from "../value/value";
import { camel } from "./table";

/** One output. `P` are the construct's parts, which its value is read from. */
export interface Output<P> {
  readonly about: string;
  /** `absent` is the output of a resource that does not exist. */
  readonly value: (parts: P, absent: string | null) => Operand<string | number | null>;
}

export type Outputs<P> = Readonly<Record<string, Output<P>>>;

/**
 * Declares the outputs in the Terraform stack around a construct, each under its name behind the prefix.
 * @throws where the Terraform stack has an output of such a name already.
 */
export function declareOutputs<P>(scope: Construct, outputs: Outputs<P>, parts: P, prefix: string): void {
  const declared = TerraformStack.of(scope)
    .node.findAll()
    .filter((construct) => TerraformOutput.isTerraformOutput(construct));
  const taken = new Set(declared.map((output) => output.friendlyUniqueId));
  for (const [name, { about, value }] of Object.entries(outputs)) {
    const content = any(value(parts, null));
    // Terraform leaves an output that is null out; cdktf cannot write one.
    if (content === null) continue;
    if (taken.has(prefix + name)) throw new Error(takenOutput(scope.node.path, prefix, name));
    new TerraformOutput(scope, `${prefix}output-${camel(name)}`, {
      description: about,
      value: content,
    }).overrideLogicalId(`${prefix}${name}`);
  }
}

function takenOutput(path: string, prefix: string, name: string): string {
  return (
    `The Terraform stack of ${path} already has an output ${prefix}${name}, which addOutputs(${JSON.stringify(prefix)}) would replace. ` +
    'Give each cluster a prefix of its own, such as addOutputs("builders_").'
  );
}
