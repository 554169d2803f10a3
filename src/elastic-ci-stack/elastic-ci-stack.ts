import { type AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { type AutoscalingLifecycleHook } from "@cdktf/provider-aws/lib/autoscaling-lifecycle-hook";
import { type IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { type IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { type KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { type LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import { type S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { type SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { type Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import { type ElasticCiStackProps } from "./props.generated";
import { list, str } from "../value/value";
import { declareOutputs } from "../schema/outputs";
import { partsFromProps } from "../schema/parts-from-props";
import { elasticCiStack } from "./definition";
import { type Parts } from "./parts";

/**
 * An autoscaling cluster of Buildkite agents on EC2: network, Auto Scaling group, AgentScaler, roles, secrets bucket.
 * It uses the AWS provider of the surrounding Terraform stack. Several clusters may be in one app.
 *
 * Pass values instead of calling `node.addDependency` on it: with that, whenever the dependency changes, Terraform reads account and
 * region only at apply, and replaces nearly everything whose name depends on them, the secrets bucket too, unless `stackNameSuffix` is set.
 *
 * ```ts
 * new ElasticCiStack(this, "ci", { stackName: "ci", buildkiteAgentTokenParameterStorePath: "/ci/token", maxSize: 20 });
 * ```
 */
export class ElasticCiStack extends Construct {
  readonly autoScalingGroup: AutoscalingGroup;
  /** The lifecycle hook that keeps a terminating instance until its agent has finished. */
  readonly terminatingHook: AutoscalingLifecycleHook;
  readonly launchTemplate: LaunchTemplate;
  readonly instanceProfile: IamInstanceProfile;
  /** The instances' role; undefined where `instanceRoleArn` names one. */
  readonly instanceRole: IamRole | undefined;
  /** ARN of the instances' role, made or given. */
  readonly instanceRoleArn: string;
  /** Name of the instances' role, made or given. */
  readonly instanceRoleName: string;
  /** The VPC; undefined where `vpcId` names one. */
  readonly vpc: Vpc | undefined;
  /** Id of the VPC, made or given. */
  readonly vpcId: string;
  /** Ids of the subnets that instances run in, made or given. */
  readonly subnetIds: string[];
  /** The instances' security group; undefined where `securityGroupIds` names some. */
  readonly securityGroup: SecurityGroup | undefined;
  /** Ids of the instances' security groups, made or given. */
  readonly securityGroupIds: string[];
  /** The secrets bucket; undefined where one is given or the secrets plugin is off. */
  readonly secretsBucket: S3Bucket | undefined;
  /** The bucket with the secrets bucket's access logs; undefined where `secretsBucket` is. */
  readonly secretsLoggingBucket: S3Bucket | undefined;
  /** The key that signs pipelines; undefined unless `pipelineSigningKmsKeySpec` asks for one. */
  readonly signingKey: KmsKey | undefined;
  /** The AgentScaler; undefined where `minSize` equals `maxSize` or `scalerEnabled` is false. */
  readonly scaler: LambdaFunction | undefined;
  /** Path or ARN of the parameter with the agent token. */
  readonly agentTokenPath: string;
  private readonly parts: Parts;

  /** @throws InvalidInputs naming every wrong prop at once. */
  constructor(scope: Construct, id: string, props: ElasticCiStackProps = {}) {
    super(scope, id);
    this.parts = partsFromProps(this, elasticCiStack, props);
    const { network, securityGroup, secretsBucket, signingKey, instanceRole, launchTemplate, group, scaler, token } =
      this.parts;
    this.autoScalingGroup = group.group;
    this.terminatingHook = group.terminatingHook;
    this.launchTemplate = launchTemplate.template;
    this.instanceProfile = instanceRole.profile;
    this.instanceRole = instanceRole.own.made;
    this.instanceRoleArn = str(instanceRole.arn);
    this.instanceRoleName = str(instanceRole.name);
    this.vpc = network.own.made?.vpc;
    this.vpcId = str(network.vpcId);
    this.subnetIds = list(network.subnetIds);
    this.securityGroup = securityGroup.own.made;
    this.securityGroupIds = list(securityGroup.ids);
    this.secretsBucket = secretsBucket.own.made?.bucket;
    this.secretsLoggingBucket = secretsBucket.own.made?.logs;
    this.signingKey = signingKey.own.made;
    this.scaler = scaler.own.made?.fn;
    this.agentTokenPath = str(token.path);
  }

  /**
   * Declares the outputs in the README's table in the surrounding Terraform stack, under the names that Buildkite's own module uses.
   * @param prefix of every name, for a Terraform stack with several clusters.
   * @throws where the Terraform stack has an output of such a name already.
   */
  addOutputs(prefix = ""): void {
    declareOutputs(this, elasticCiStack.outputs, this.parts, prefix);
  }
}
