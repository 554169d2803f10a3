import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Precondition, withCount, type One, optional, orNull, preconditions } from "../value/optional";
import { text } from "../value/text";
import { list, map, num, type Operand, str, type Value, when } from "../value/value";
import { type Account } from "./account";
import { type CodeInputs, type FunctionCode } from "./function-code";
import { type Names } from "./names";
import { policyDocument, type Statement, trustPolicy } from "./policy";

/** The inputs that shape every function. */
export interface FunctionInputs extends CodeInputs {
  readonly lambdaLogRetentionDays: Value<number>;
}

/** What the functions of one stack have in common. */
export interface FunctionContext {
  readonly inputs: FunctionInputs;
  /** ARN of the policy that bounds the functions' roles; empty for none. */
  readonly permissionsBoundary: Value<string>;
  readonly names: Names;
  readonly account: Account;
}

export interface FunctionProps {
  /** Construct ids, which in the generated module are the resources' addresses. */
  readonly ids: { readonly fn: string; readonly role: string; readonly policy: string; readonly logs: string };
  /** The function's name, without the stack's prefix. */
  readonly name: string;
  readonly description: string;
  readonly code: FunctionCode;
  readonly timeoutSeconds: Operand<number>;
  readonly environment?: Value<Readonly<Record<string, string>>>;
  /** Preconditions of the function, such as that its code exists. */
  readonly requirements?: readonly Precondition[];
  /** Created before the function and its policy, destroyed after them. */
  readonly dependsOn?: readonly ITerraformDependable[];
  /** Reserved concurrent executions; -1 reserves none. */
  readonly reservedConcurrency?: Value<number>;
  readonly role: {
    /** One of the two: a whole name, or what IAM ends by itself. */
    readonly name?: Value<string>;
    readonly namePrefix?: Value<string>;
    /** Another name would take the rights away and give them anew. */
    readonly policyName: Operand<string>;
    readonly exists: Value<boolean>;
    /** ARN of the role to use where none is made. */
    readonly existingArn: Value<string>;
    readonly statements: readonly Statement[];
    readonly managedPolicyArns?: Value<readonly string[]>;
  };
}

export interface FunctionParts {
  readonly fn: LambdaFunction;
  readonly logs: CloudwatchLogGroup;
}

/** A Lambda function with a log group of its own, and a role that may write there and has the given statements. */
export function lambdaFunction(
  scope: Construct,
  one: One,
  context: FunctionContext,
  props: FunctionProps,
): FunctionParts {
  const { inputs, names, account } = context;
  const { code, ids } = props;
  const name = text`${names.stack}-${props.name}`;
  const logGroup = text`/aws/lambda/${name}`;
  const logs = one(
    new CloudwatchLogGroup(scope, ids.logs, {
      name: str(logGroup),
      retentionInDays: num(inputs.lambdaLogRetentionDays),
      tags: map(names.tags),
    }),
  );
  const role = functionRole(scope, context, props, account.arn("logs", text`log-group:${logGroup}:*`));
  const precondition = preconditions(props.requirements ?? []);
  const fn = one(
    new LambdaFunction(scope, ids.fn, {
      functionName: str(name),
      description: props.description,
      role: str(role.arn),
      filename: orNull(code.filename),
      sourceCodeHash: orNull(code.sourceCodeHash),
      s3Bucket: orNull(code.s3Bucket),
      s3Key: orNull(code.s3Key),
      s3ObjectVersion: orNull(code.s3ObjectVersion),
      handler: str(code.handler),
      runtime: str(code.runtime),
      architectures: list([inputs.lambdaArchitecture] as never),
      timeout: num(props.timeoutSeconds),
      memorySize: 128,
      ...(props.environment && { environment: { variables: map(props.environment) } }),
      reservedConcurrentExecutions: num(props.reservedConcurrency ?? -1),
      tags: map(names.tags),
      ...(precondition.length > 0 && { lifecycle: { precondition } }),
      // A function that runs before its permissions exist fails; one without its log group makes one whose events never expire.
      dependsOn: [logs, ...(props.dependsOn ?? []), ...role.permissions],
    }),
  );
  return { fn, logs };
}

function functionRole(
  scope: Construct,
  { names, permissionsBoundary }: FunctionContext,
  { ids, role, dependsOn = [] }: FunctionProps,
  logArn: Value<string>,
) {
  const permissions: ITerraformDependable[] = [];
  // Scopes of their own, because a function, its role and its policy may have the same id.
  const [roleHome, policyHome] = [new Construct(scope, "role"), new Construct(scope, "policy")];
  const own = optional(role.exists, (one) => {
    const made = one(
      new IamRole(roleHome, ids.role, {
        ...(role.name && { name: str(role.name) }),
        ...(role.namePrefix && { namePrefix: str(role.namePrefix) }),
        assumeRolePolicy: str(trustPolicy("lambda.amazonaws.com")),
        permissionsBoundary: orNull(permissionsBoundary),
        tags: map(names.tags),
      }),
    );
    const logging: Statement = {
      sid: "WriteLogs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logArn],
    };
    permissions.push(
      one(
        new IamRolePolicy(policyHome, ids.policy, {
          name: str(role.policyName),
          role: made.id,
          policy: str(policyDocument([logging, ...role.statements])),
          ...(dependsOn.length > 0 && { dependsOn: [...dependsOn] }),
        }),
      ),
    );
    const arns = role.managedPolicyArns ? when<readonly string[]>(role.exists, role.managedPolicyArns, []) : [];
    const attachments = withCount(
      arns,
      (arn) =>
        new IamRolePolicyAttachment(roleHome, `${ids.role}_managed_policies`, { role: made.name, policyArn: str(arn) }),
    );
    if (attachments) permissions.push(attachments);
    return made;
  });
  return { arn: own.pick((made) => made.arn, role.existingArn), permissions };
}
