import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { contains, keyValuePairs, lookup, mapIf, merge } from "../../value/list";
import { byThemselves, type One, type Optional, optional, orNull, withForEachEntry } from "../../value/optional";
import { lastPart, text } from "../../value/text";
import { and, eq, isSet, map, not, str, Value, when } from "../../value/value";
import { type StackContext } from "../context";
import { instancePermissions, pullThroughPermissions } from "./instance-permissions";
import { policyDocument, type Statement, trustPolicy } from "../../aws/policy";

const ECR_POLICIES: Readonly<Record<string, string>> = {
  readonly: "AmazonEC2ContainerRegistryReadOnly",
  "readonly-pullthrough": "AmazonEC2ContainerRegistryReadOnly",
  poweruser: "AmazonEC2ContainerRegistryPowerUser",
  "poweruser-pullthrough": "AmazonEC2ContainerRegistryPowerUser",
  full: "AmazonEC2ContainerRegistryFullAccess",
};

/** The instances' role, created with the least permissions that the inputs ask for or given by its ARN, and its instance profile. */
export class InstanceRole extends Construct {
  readonly own: Optional<IamRole>;
  readonly profile: IamInstanceProfile;
  readonly name: Value<string>;
  readonly arn: Value<string>;
  /** The created role's policies and attachments. */
  readonly permissions: ITerraformDependable[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    /** Statements of other parts, for the created role. */
    grants: readonly Statement[],
  ) {
    super(scope, id);
    const { inputs, facts, names } = context;
    this.own = optional(facts.createsInstanceRole, (one) => this.make(one, grants));
    this.arn = this.own.pick((role) => role.arn, inputs.instanceRoleArn);
    this.name = this.own.pick((role) => role.name, lastPart("/", inputs.instanceRoleArn));
    this.profile = new IamInstanceProfile(this, "iam_instance_profile", {
      name: str(
        when(isSet(inputs.instanceProfileName), inputs.instanceProfileName, text`${names.stack}-InstanceProfile`),
      ),
      role: str(this.name),
      tags: map(names.tags),
    });
  }

  private make(one: One, grants: readonly Statement[]): IamRole {
    const { inputs, names } = this.context;
    const role = one(
      new IamRole(this, "iam_role", {
        name: str(when(isSet(inputs.instanceRoleName), inputs.instanceRoleName, text`${names.stack}-Role`)),
        assumeRolePolicy: str(trustPolicy(text`ec2.${this.context.account.dnsSuffix}`)),
        permissionsBoundary: orNull(inputs.instanceRolePermissionsBoundaryArn),
        tags: map(merge(names.tags, keyValuePairs(inputs.instanceRoleTags))),
      }),
    );
    const statements = [...instancePermissions(this.context), ...grants];
    this.permissions.push(
      one(
        new IamRolePolicy(this, "buildkite_agent_policy", {
          name: "BuildkiteAgentPolicy",
          role: role.id,
          policy: str(policyDocument(statements)),
        }),
      ),
    );
    this.attachManagedPolicies(role);
    this.attachEcrPolicies(role);
    return role;
  }

  private attachManagedPolicies(role: IamRole): void {
    const { managedPolicyArns, managedPolicies } = this.context.inputs;
    const policies = merge(byThemselves(managedPolicyArns), managedPolicies);
    const attachments = withForEachEntry(
      mapIf(this.context.facts.createsInstanceRole, policies),
      (arn) => new IamRolePolicyAttachment(this, "instance_managed_policies", { role: role.name, policyArn: str(arn) }),
      "ARNs that are not known yet belong into managed_policies, under keys of your own",
    );
    if (attachments) this.permissions.push(attachments);
  }

  private attachEcrPolicies(role: IamRole): void {
    const level = this.context.inputs.ecrAccessPolicy;
    const access = optional(and(this.context.facts.createsInstanceRole, not(eq<string>(level, "none"))), (one) =>
      one(
        new IamRolePolicyAttachment(this, "instance_ecr_policy", {
          role: role.name,
          policyArn: str(this.context.account.awsPolicyArn(lookup(Value.of(ECR_POLICIES), level, ""))),
        }),
      ),
    );
    const pullsThrough = contains<string>(["readonly-pullthrough", "poweruser-pullthrough"], level);
    const pullThrough = optional(and(this.context.facts.createsInstanceRole, pullsThrough), (one) =>
      one(
        new IamRolePolicy(this, "ecr_pullthrough_policy", {
          name: "ECRPullThrough",
          role: role.id,
          policy: str(policyDocument([pullThroughPermissions(this.context.account)])),
        }),
      ),
    );
    for (const { made } of [access, pullThrough]) if (made) this.permissions.push(made);
  }
}
