import { type TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import { Construct, type Node } from "constructs";
import { fromVariables } from "../schema/from-variables";
import { type Statement } from "../schema/validation";
import { type InputName } from "../elastic-ci-stack/inputs/table";
import { outputNames, outputs } from "../elastic-ci-stack/outputs";
import { makeParts } from "../elastic-ci-stack/parts";
import { any, bool, str } from "../value/value";

/** Versions that the stack is made for: write-only arguments need Terraform 1.11, and one configuration serves provider 5 and 6. */
export const REQUIRED = { terraform: ">= 1.11", aws: ">= 5.100.0, < 7.0.0", awsSource: "hashicorp/aws" } as const;

/** The stack with every input as a Terraform variable and every fact as an output: the module, and this repository's own app. */
export class ModuleStack extends TerraformStack {
  /**
   * @param unlocked inputs that need a newer AWS provider than the oldest one supported.
   * @param absent what an output says of a thing that was not made.
   */
  constructor(scope: Construct, id: string, unlocked: readonly InputName[], absent: string | null) {
    super(scope, id);
    const { inputs, warnings } = fromVariables(this, unlocked);
    const parts = makeParts(this, inputs, []);
    const home = new Construct(this, "outputs");
    for (const name of outputNames) {
      const { about, value } = outputs[name];
      new TerraformOutput(home, name, { description: about, value: any(value(parts, absent)) });
    }
    for (const [name, { holds, message }] of numbered(warnings)) {
      this.addOverride(`check.${name}.assert`, [{ condition: bool(holds), error_message: str(message) }]);
    }
  }

  /** Addresses are a contract: the construct's own id, without the path and hash that cdktf would add. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return "node" in element ? element.node.id : element.id;
  }
}

/** Names for check blocks: the input, and a number among its own. */
function numbered(warnings: readonly Statement[]): readonly (readonly [string, Statement])[] {
  return warnings.map((warning, i) => {
    const earlier = warnings.slice(0, i).filter(({ on }) => on === warning.on).length;
    return [`${warning.on}_${earlier + 1}`, warning];
  });
}
