import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsService } from "@cdktf/provider-aws/lib/data-aws-service";
import { Construct } from "constructs";
import { startsWith, text } from "../value/text";
import { type Operand, Value, when } from "../value/value";

/** Account, partition and region of the stack, from which ARNs are built. All of it is known at plan. */
export class Account extends Construct {
  readonly id: Value<string>;
  readonly partition: Value<string>;
  readonly dnsSuffix: Value<string>;
  readonly region: Value<string>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.id = Value.of(new DataAwsCallerIdentity(new Construct(this, "caller"), "current", {}).accountId);
    const partition = new DataAwsPartition(new Construct(this, "partition"), "current", {});
    this.partition = Value.of(partition.partition);
    this.dnsSuffix = Value.of(partition.dnsSuffix);
    // data.aws_region has no attribute for the region's name that is free of deprecation in both provider 5 and 6.
    this.region = Value.of(new DataAwsService(this, "ec2", { serviceId: "ec2" }).region);
  }

  /** ARN of something in this account and region. */
  arn(service: string, resource: Operand<string>): Value<string> {
    return text`arn:${this.partition}:${service}:${this.region}:${this.id}:${resource}`;
  }

  /** ARN of a bucket, or of objects in it: S3's names are global. */
  bucketArn(bucketOrObjects: Operand<string>): Value<string> {
    return text`arn:${this.partition}:s3:::${bucketOrObjects}`;
  }

  /** ARN of a KMS key that is named by its id, its ARN, or an alias; of an alias, the alias's own. */
  kmsKeyArn(key: Operand<string>): Value<string> {
    const path = when(startsWith(key, "alias/"), key, text`key/${key}`);
    return when(startsWith(key, "arn:"), key, this.arn("kms", path));
  }

  /** ARN of an AWS managed policy. */
  awsPolicyArn(name: Operand<string>): Value<string> {
    return text`arn:${this.partition}:iam::aws:policy/${name}`;
  }
}
