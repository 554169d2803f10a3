import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { contains, every, itemAt, join, keys, merge, keyValuePairs, splitTrimmed } from "../../value/list";
import { optionalBlock, orNull, preconditions } from "../../value/optional";
import { length, matches, text } from "../../value/text";
import { any, bool, eq, gte, isSet, list, map, not, num, str, type Value, when } from "../../value/value";
import { type Image } from "./image";
import { type InstanceRole } from "./instance-role";
import { everyTag, tagged, type Tags } from "../../aws/names";
import { clashing } from "../../aws/tags";
import { type AgentSecurityGroup } from "../network/security-group";

/** EC2's limit is 16 384 bytes of user data, which are 21 848 characters of base64. */
const USER_DATA_LIMIT = 21848;
const MOST_TAGS = 50;

function isShownInMetadata(key: Value<string>): Value<boolean> {
  return matches(/^[A-Za-z0-9+=.,_:@-]+$/, key);
}

export interface LaunchTemplateSources {
  readonly image: Image;
  readonly instanceRole: InstanceRole;
  readonly securityGroup: AgentSecurityGroup;
  /** In base64. */
  readonly userData: Value<string>;
}

export class AgentLaunchTemplate extends Construct {
  readonly template: LaunchTemplate;
  /** Every tag that reaches the template, for the group and what instances are made of, to which the provider gives none. */
  readonly tags: Tags;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    private readonly sources: LaunchTemplateSources,
  ) {
    super(scope, id);
    const { inputs, facts, names } = context;
    const { image, instanceRole, securityGroup, userData } = sources;
    this.template = new LaunchTemplate(this, "agent_launch_template", {
      name: str(text`${names.stack}-launch-template`),
      updateDefaultVersion: true,
      imageId: str(image.id),
      instanceType: str(itemAt(splitTrimmed(",", inputs.instanceTypes), 0)),
      keyName: orNull(inputs.keyName),
      iamInstanceProfile: { arn: instanceRole.profile.arn },
      userData: str(userData),
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: any(inputs.associatePublicIpAddress) as string,
          deleteOnTermination: "true",
          securityGroups: list(securityGroup.ids),
        },
      ],
      blockDeviceMappings: [this.rootVolume()],
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: str(inputs.imdsv2Tokens),
        httpPutResponseHopLimit: num(inputs.imdsHopLimit),
      },
      monitoring: { enabled: bool(inputs.enableDetailedMonitoring) },
      tags: map(names.tags),
    });
    this.tags = everyTag(this, this.template);
    // With tags in the instance metadata, EC2 refuses to launch an instance that has tags with other keys.
    this.template.metadataOptions.instanceMetadataTags = str(
      when(every(keys(this.tags), isShownInMetadata), "enabled", "disabled"),
    );
    this.template.putTagSpecifications(this.tagSpecifications());
    this.template.lifecycle = { precondition: this.preconditions() };
    optionalBlock(this.template, "credit_specification", facts.isBurstable, { cpu_credits: inputs.cpuCredits });
    optionalBlock(this.template, "cpu_options", inputs.enableNestedVirtualization, {
      nested_virtualization: "enabled",
    });
  }

  private rootVolume() {
    const { inputs, facts } = this.context;
    const type = inputs.rootVolumeType;
    const isUbuntu = eq<string>(inputs.linuxDistribution, "ubuntu2404");
    const ofSystem = when(facts.isWindows, "/dev/sda1", when(isUbuntu, "/dev/sda1", "/dev/xvda"));
    const only = (types: readonly string[], amount: Value<number>) =>
      any(when<number | null>(contains<string>(types, type), amount, null)) as number;
    return {
      deviceName: str(when(isSet(inputs.rootVolumeName), inputs.rootVolumeName, ofSystem)),
      ebs: {
        volumeSize: num(inputs.rootVolumeSize),
        volumeType: str(type),
        encrypted: any(inputs.rootVolumeEncrypted) as string,
        kmsKeyId: orNull(this.rootVolumeKey()),
        throughput: only(["gp3"], inputs.rootVolumeThroughput),
        iops: only(["gp3", "io1", "io2"], inputs.rootVolumeIops),
        deleteOnTermination: any(inputs.rootVolumeDeleteOnTermination) as string,
      },
    };
  }

  /** The provider accepts nothing but an ARN here. */
  private rootVolumeKey(): Value<string> {
    const { inputs, account } = this.context;
    const key = inputs.rootVolumeKmsKeyId;
    return when(isSet(key), account.kmsKeyArn(key), "");
  }

  private tagsOfParts() {
    const { inputs, names } = this.context;
    const name = when(isSet(inputs.instanceName), inputs.instanceName, names.stack);
    return { Name: name, BuildkiteQueue: inputs.buildkiteQueue };
  }

  private tagsOfInstance() {
    const { buildkiteAgentRelease } = this.context.inputs;
    return { ...this.tagsOfParts(), Role: "buildkite-agent", BuildkiteAgentRelease: buildkiteAgentRelease };
  }

  private tagSpecifications() {
    const shared = this.tagsOfParts();
    return [
      { resourceType: "instance", tags: map(tagged(this.tags, this.tagsOfInstance())) },
      { resourceType: "volume", tags: map(tagged(this.tags, shared)) },
      { resourceType: "network-interface", tags: map(tagged(this.tags, shared)) },
    ];
  }

  private preconditions() {
    const { inputs, account } = this.context;
    const { image, userData } = this.sources;
    const clash = clashing(keys(merge<string>(this.tags, keyValuePairs(inputs.instanceRoleTags))));
    const noImage = text`There is no published image for ${image.architecture} in region ${account.region}: set image_id or image_id_parameter.`;
    return preconditions([
      { holds: not(eq(image.id, "")), message: noImage },
      {
        holds: gte(USER_DATA_LIMIT, length(userData)),
        message:
          "The user data exceeds EC2's limit of 16 384 bytes: shorten extra_user_data, or the longest of the agents' settings.",
      },
      {
        holds: eq(length(clash), 0),
        message: text`The keys of these tags differ only in upper and lower case, which IAM ignores: ${join(", ", clash)}. Write them alike in the provider's default_tags, in tags and in instance_role_tags; the stack's own are ManagedBy and Stack.`,
      },
      {
        holds: gte(MOST_TAGS, length(keys(tagged(this.tags, this.tagsOfInstance())))),
        message:
          "Instances would carry more than 50 tags, which EC2 refuses: shorten the provider's default_tags or tags.",
      },
    ]);
  }
}
