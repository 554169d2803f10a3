import { type Account } from "../../aws/account";
import { type Statement } from "../../aws/policy";
import { text } from "../../value/text";
import { type Operand } from "../../value/value";

/** Run Command on the instances of some Auto Scaling groups. */
export function sendCommand(
  account: Account,
  groups: Operand<string> | Operand<readonly string[]>,
  exists: Operand<boolean> = true,
): readonly Statement[] {
  const documents = ["AWS-RunShellScript", "AWS-RunPowerShellScript"];
  return [
    {
      sid: "UseStopDocuments",
      exists,
      actions: ["ssm:SendCommand"],
      resources: documents.map(
        (document) => text`arn:${account.partition}:ssm:${account.region}::document/${document}`,
      ),
    },
    {
      sid: "StopAgents",
      exists,
      actions: ["ssm:SendCommand"],
      resources: [account.arn("ec2", "instance/*")],
      condition: { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": groups } },
    },
  ];
}
