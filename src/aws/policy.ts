import { jsonArray, jsonDocument } from "../value/json";
import { itemAt, splitTrimmed } from "../value/list";
import { lastPart, matches, text } from "../value/text";
import { and, not, type Operand, type Value } from "../value/value";
import { type Account } from "./account";

/** One statement of an IAM or bucket policy. */
export interface Statement {
  readonly sid: string;
  /** The policy leaves the statement out where this is false. Absent: true. */
  readonly exists?: Operand<boolean>;
  readonly effect?: "Allow" | "Deny";
  readonly actions: Operand<readonly string[]>;
  readonly resources: Operand<string> | Operand<readonly string[]> | readonly Operand<string>[];
  readonly principal?: Readonly<Record<string, Operand<string>>>;
  readonly condition?: Readonly<Record<string, Readonly<Record<string, Operand<string> | Operand<readonly string[]>>>>>;
}

export function policyDocument(statements: readonly Statement[]): Value<string> {
  const array = jsonArray(
    statements.map((statement) => ({ exists: statement.exists ?? true, document: body(statement) })),
  );
  return text`{"Statement":${array},"Version":"2012-10-17"}`;
}

function body({ sid, effect = "Allow", actions, resources, principal, condition }: Statement): object {
  return {
    Sid: sid,
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(principal && { Principal: principal }),
    ...(condition && { Condition: condition }),
  };
}

/** Trust policy of a role that an AWS service assumes. */
export function trustPolicy(service: Operand<string>): Value<string> {
  return jsonDocument({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });
}

/**
 * A statement about a KMS key, however it is named: IAM knows keys by their ARNs only, and aliases in a condition.
 * The condition is about the key, so the right lasts as long as the key bears the alias.
 */
export function onKmsKey(
  account: Account,
  key: Value<string>,
  { exists = true, ...statement }: Omit<Statement, "resources">,
): readonly Statement[] {
  const arn = account.kmsKeyArn(key);
  const isAlias = matches(/^(arn:.*:)?alias\//, key);
  const part = (index: number) => itemAt(splitTrimmed(":", arn), index);
  return [
    { ...statement, exists: and(exists, not(isAlias)), resources: [arn] },
    {
      ...statement,
      sid: `${statement.sid}ByAlias`,
      exists: and(exists, isAlias),
      resources: [text`arn:${account.partition}:kms:${part(3)}:${part(4)}:key/*`],
      condition: {
        ...statement.condition,
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": lastPart(":", arn) },
      },
    },
  ];
}
