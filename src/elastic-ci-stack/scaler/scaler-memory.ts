import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type Optional, optional } from "../../value/optional";
import { text } from "../../value/text";
import { map, str, type Value } from "../../value/value";
import { type Statement } from "../../aws/policy";

/** The SSM parameter with our AgentScaler's memory. Terraform creates it empty; only the function changes its value. */
export class ScalerMemory extends Construct {
  readonly own: Optional<SsmParameter>;
  readonly path: Value<string>;
  readonly statements: readonly Statement[];

  constructor(scope: Construct, id: string, { facts, names, account }: StackContext) {
    super(scope, id);
    this.path = text`/buildkite/elastic-ci-stack/${names.stack}/scaler-memory`;
    this.own = optional(facts.remembersScaling, (one) =>
      one(
        new SsmParameter(this, "scaler_memory", {
          name: str(this.path),
          description: "What the AgentScaler remembers from one run to the next",
          type: "String",
          value: "{}",
          tags: map(names.tags),
          lifecycle: { ignoreChanges: ["value"] },
        }),
      ),
    );
    this.statements = [
      {
        sid: "RememberScaling",
        exists: facts.usesTypescriptScaler,
        actions: ["ssm:GetParameter", "ssm:PutParameter"],
        resources: [account.arn("ssm", text`parameter${this.path}`)],
      },
    ];
  }
}
