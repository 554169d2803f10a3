import { type Construct } from "constructs";
import { Account } from "../aws/account";
import { commonTags, type Names, stackName } from "../aws/names";
import { localValue } from "../value/optional";
import { text } from "../value/text";
import { type Operand, type Value } from "../value/value";
import { facts, type Facts } from "./facts";
import { type Inputs } from "./inputs/table";

/** What every part of the stack is built from. */
export interface StackContext {
  readonly inputs: Inputs;
  readonly facts: Facts;
  /** ARN of the policy that bounds every role; empty for none. */
  readonly permissionsBoundary: Value<string>;
  readonly names: StackNames;
  readonly account: Account;
}

export interface StackNames extends Names {
  readonly group: Value<string>;
  readonly groupArn: Value<string>;
  readonly terminatingHook: Value<string>;
}

export function stackContext(scope: Construct, inputs: Inputs): StackContext {
  const account = new Account(scope, "account");
  const names = stackNames(scope, inputs, account);
  const permissionsBoundary = inputs.instanceRolePermissionsBoundaryArn;
  return { inputs, facts: facts(scope, inputs), permissionsBoundary, names, account };
}

function stackNames(scope: Construct, inputs: Inputs, account: Account): StackNames {
  const stack = stackName(scope, inputs, account);
  const group = text`${stack}-asg`;
  return {
    stack,
    group,
    groupArn: localValue(scope, "group_arn", groupArn(account, group)),
    terminatingHook: text`${stack}-terminating-hook`,
    tags: commonTags(scope, inputs, stack),
  };
}

/** ARN of a group by its name; the group's id in it is a wildcard. */
export function groupArn(account: Account, group: Operand<string>): Value<string> {
  return account.arn("autoscaling", text`autoScalingGroup:*:autoScalingGroupName/${group}`);
}
