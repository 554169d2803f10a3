import { type TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import { Construct, type Node } from "constructs";
import { type AnyDefinition } from "../schema/definition";
import { fromVariables } from "../schema/from-variables";
import { type Requirement } from "../schema/validation";
import { any, bool, str } from "../value/value";

export interface ModuleOptions {
  /** Inputs that need a newer AWS provider than the oldest one supported. */
  readonly unlocked: readonly string[];
  /** The output of a resource that does not exist. */
  readonly absent: string | null;
}

/** A construct with all inputs as Terraform variables and all its outputs: the module, and this repository's own app. */
export class ModuleStack extends TerraformStack {
  constructor(scope: Construct, id: string, definition: AnyDefinition, { unlocked, absent }: ModuleOptions) {
    super(scope, id);
    const { inputs, warnings } = fromVariables(this, definition.schema, unlocked);
    const parts: unknown = definition.makeParts(this, inputs, []);
    const home = new Construct(this, "outputs");
    for (const [name, { about, value }] of Object.entries(definition.outputs)) {
      new TerraformOutput(home, name, { description: about, value: any(value(parts, absent)) });
    }
    if (definition.moved) this.addOverride("moved", definition.moved);
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
function numbered(warnings: readonly Requirement[]): readonly (readonly [string, Requirement])[] {
  return warnings.map((warning, i) => {
    const earlier = warnings.slice(0, i).filter(({ on }) => on === warning.on).length;
    return [`${warning.on}_${earlier + 1}`, warning];
  });
}
