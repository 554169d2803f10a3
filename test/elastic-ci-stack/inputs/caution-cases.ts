import { type Refused, type Given, ROLE as ROLE_ARN, warn } from "./case";
import { scalerAsMeant, scalerSurprises } from "./scaler-caution-cases";

const VPC = { vpcId: "vpc-1", subnets: ["subnet-1", "subnet-2"] };
const ROLE = { instanceRoleArn: ROLE_ARN };
const WINDOWS = { instanceOperatingSystem: "windows" };

const LIMITS_OFF = "which has no effect: experimentalEnableResourceLimits is off.";
const SHAPES_ROLE = "which has no effect: it shapes the created instance role, and an existing one is given.";
const SHAPES_VPC = "which has no effect: it shapes the created VPC, and an existing one is given.";
const NOT_GRANTED = "but an existing instance role is given, which this stack does not change.";
const SCHEDULE_OFF = "which has no effect: enableScheduledScaling is off.";
const COST_TAG_OFF = "which has no effect: enableCostAllocationTags is off.";
const OWN_BUCKET = "which has no effect: it concerns the created secrets bucket, and an existing one is given.";

/** Props that deserve exactly one warning each, and how it begins. */
const unexpected: readonly (readonly [props: Given, says: string])[] = [
  [{ ...VPC, availabilityZones: "a-1, b-1" }, `availabilityZones is "a-1, b-1", ${SHAPES_VPC}`],
  [{ ...VPC, vpcCidrBlock: "10.0.0.0/17" }, `vpcCidrBlock is "10.0.0.0/17", ${SHAPES_VPC}`],
  [
    { ...VPC, subnetCidrBlocks: ["10.0.3.0/24", "10.0.4.0/24"] },
    `subnetCidrBlocks is ["10.0.3.0/24","10.0.4.0/24"], ${SHAPES_VPC}`,
  ],
  [{ ...VPC, vpcEndpoints: [] }, `vpcEndpoints is [], ${SHAPES_VPC}`],
  [
    { securityGroupIds: ["sg-1"], sshIngressCidrBlocks: ["203.0.113.0/24"] },
    'sshIngressCidrBlocks is ["203.0.113.0/24"], which has no effect: securityGroupIds are given',
  ],
  [
    { stackNameSuffix: "0a1b2c3d" },
    'keepOriginalRights is true and stackNameSuffix is "0a1b2c3d": the instance role keeps the wider rights of Buildkite\'s own module. Set keepOriginalRights to false',
  ],
  [{ keepOriginalRights: false }, "keepOriginalRights is false, which has no effect: stackNameSuffix is empty."],
  [
    { pipelineSigningKmsKeyId: "1234abcd", pipelineSigningKmsKeySpec: "ECC_NIST_P256" },
    'pipelineSigningKmsKeySpec is "ECC_NIST_P256", which has no effect: an existing key is given in pipelineSigningKmsKeyId.',
  ],
  [{ secretsBucket: "secrets", secretsBucketEncryption: false }, `secretsBucketEncryption is false, ${OWN_BUCKET}`],
  [{ secretsBucket: "secrets", secretsBucketForceDestroy: true }, `secretsBucketForceDestroy is true, ${OWN_BUCKET}`],
  [{ secretsBucket: "secrets", secretsBucketNoncurrentDays: 0 }, `secretsBucketNoncurrentDays is 0, ${OWN_BUCKET}`],
  [{ secretsBucket: "secrets", secretsLoggingBucketDays: 30 }, `secretsLoggingBucketDays is 30, ${OWN_BUCKET}`],
  [{ ...ROLE, instanceRoleName: "ci" }, `instanceRoleName is "ci", ${SHAPES_ROLE}`],
  [{ ...ROLE, instanceRoleTags: "team=ci,env=a" }, `instanceRoleTags is "team=ci,env=a", ${SHAPES_ROLE}`],
  [
    { ...ROLE, managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    `managedPolicyArns is ["arn:aws:iam::aws:policy/ReadOnlyAccess"], ${SHAPES_ROLE}`,
  ],
  [
    { ...ROLE, managedPolicies: { own: "arn:aws:iam::123456789012:policy/own" } },
    `managedPolicies is {"own":"arn:aws:iam::123456789012:policy/own"}, ${SHAPES_ROLE}`,
  ],
  [{ resourceLimitsMemoryHigh: "80%" }, `resourceLimitsMemoryHigh is "80%", ${LIMITS_OFF}`],
  [{ resourceLimitsMemoryMax: "80%" }, `resourceLimitsMemoryMax is "80%", ${LIMITS_OFF}`],
  [{ resourceLimitsMemorySwapMax: "80%" }, `resourceLimitsMemorySwapMax is "80%", ${LIMITS_OFF}`],
  [{ resourceLimitsCpuWeight: 50 }, `resourceLimitsCpuWeight is 50, ${LIMITS_OFF}`],
  [{ resourceLimitsCpuQuota: "50%" }, `resourceLimitsCpuQuota is "50%", ${LIMITS_OFF}`],
  [{ resourceLimitsIoWeight: 50 }, `resourceLimitsIoWeight is 50, ${LIMITS_OFF}`],
  [{ costAllocationTagName: "team" }, `costAllocationTagName is "team", ${COST_TAG_OFF}`],
  [{ costAllocationTagValue: "ci" }, `costAllocationTagValue is "ci", ${COST_TAG_OFF}`],
  [{ scheduleTimezone: "Europe/Berlin" }, `scheduleTimezone is "Europe/Berlin", ${SCHEDULE_OFF}`],
  [{ scaleUpSchedule: "0 7 * * *" }, `scaleUpSchedule is "0 7 * * *", ${SCHEDULE_OFF}`],
  [{ scaleUpMinSize: 2 }, `scaleUpMinSize is 2, ${SCHEDULE_OFF}`],
  [{ scaleDownSchedule: "0 7 * * *" }, `scaleDownSchedule is "0 7 * * *", ${SCHEDULE_OFF}`],
  [{ scaleDownMinSize: 2 }, `scaleDownMinSize is 2, ${SCHEDULE_OFF}`],
  [
    { enableSecretsPlugin: false, secretsBucket: "secrets" },
    'secretsBucket is "secrets", which has no effect: enableSecretsPlugin is off.',
  ],
  [
    { secretsBucketRegion: "eu-west-1" },
    'secretsBucketRegion is "eu-west-1", which has no effect: no existing secretsBucket is given.',
  ],
  [
    { artifactsBucketRegion: "eu-west-1" },
    'artifactsBucketRegion is "eu-west-1", which has no effect: artifactsBucket is empty.',
  ],
  [
    { buildkiteAgentTokenParameterStorePath: "/ci/token" },
    "buildkiteAgentToken is given, which has no effect: a parameter with the token is given.",
  ],
  [
    { imageId: "ami-0123456789abcdef0", imageIdParameter: "/ci/image" },
    'imageIdParameter is "/ci/image", which has no effect: imageId wins over it.',
  ],
  [{ gitMirrorSeedBucket: "seeds" }, 'gitMirrorSeedBucket is "seeds", which has no effect: git mirrors are off.'],
  [{ ec2LogRetentionDays: 30 }, "ec2LogRetentionDays is 30, which has no effect: enableEc2LogRetentionPolicy is off."],
  [
    { enableEcrCredentialHelper: true, enableEcrPlugin: false },
    "enableEcrCredentialHelper is true, which has no effect: enableEcrPlugin is off.",
  ],
  [
    { pipelineSigningKmsAccess: "verify" },
    'pipelineSigningKmsAccess is "verify", which has no effect: no KMS signing key is given or created.',
  ],
  [
    { pipelineSigningJwksKeyId: "k" },
    'pipelineSigningJwksKeyId is "k", which has no effect: pipelineSigningJwksParameterStorePath is empty.',
  ],
  [
    {
      scalerLambdaRoleArn: ROLE_ARN,
      scalerManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      scalerEnableCloudwatchMetrics: false,
    },
    'scalerManagedPolicyArns is ["arn:aws:iam::aws:policy/ReadOnlyAccess"], which has no effect: it shapes AgentScaler\'s created role',
  ],
  [
    { spotAllocationStrategy: "lowest-price" },
    'spotAllocationStrategy is "lowest-price", which has no effect: onDemandPercentage is 100.',
  ],
  [
    { instanceTypes: "m7i.large", cpuCredits: "standard" },
    'cpuCredits is "standard", which has no effect: not all of instanceTypes are burstable.',
  ],
  [
    { instanceTypes: "t3.large,m7i.large", cpuCredits: "standard" },
    'cpuCredits is "standard", which has no effect: not all of instanceTypes are burstable.',
  ],
  [
    { rootVolumeType: "io2", rootVolumeThroughput: 500 },
    "rootVolumeThroughput is 500, which has no effect: only gp3 volumes have a throughput.",
  ],
  [
    { rootVolumeType: "gp2", rootVolumeIops: 4000 },
    "rootVolumeIops is 4000, which has no effect: gp2 volumes have no setting for it.",
  ],
  [
    { buildkiteAgentScalerServerlessArn: "" },
    'buildkiteAgentScalerServerlessArn is "", which has no effect: AgentScaler is',
  ],
  [{ ...ROLE, secretsBucket: "secrets" }, `secretsBucket is "secrets", ${NOT_GRANTED}`],
  [{ ...ROLE, artifactsBucket: "artifacts" }, `artifactsBucket is "artifacts", ${NOT_GRANTED}`],
  [
    { ...ROLE, buildkiteAgentEnableGitMirrors: true, gitMirrorSeedBucket: "seeds" },
    `gitMirrorSeedBucket is "seeds", ${NOT_GRANTED}`,
  ],
  [{ ...ROLE, ecrAccessPolicy: "full" }, `ecrAccessPolicy is "full", ${NOT_GRANTED}`],
  [
    { ...ROLE, buildkiteAgentTokenParameterStoreKmsKey: "1234" },
    `buildkiteAgentTokenParameterStoreKmsKey is "1234", ${NOT_GRANTED}`,
  ],
  [{ ...ROLE, pipelineSigningKmsKeyId: "1234" }, `pipelineSigningKmsKeyId is "1234", ${NOT_GRANTED}`],
  [
    { ...ROLE, pipelineSigningKmsKeySpec: "ECC_NIST_P256" },
    `pipelineSigningKmsKeySpec is "ECC_NIST_P256", ${NOT_GRANTED}`,
  ],
  [
    { ...ROLE, pipelineSigningJwksParameterStorePath: "/jwks" },
    `pipelineSigningJwksParameterStorePath is "/jwks", ${NOT_GRANTED}`,
  ],
  [
    { ...ROLE, pipelineVerificationJwksParameterStorePath: "/jwks" },
    `pipelineVerificationJwksParameterStorePath is "/jwks", ${NOT_GRANTED}`,
  ],
  [
    { ...ROLE, instanceRolePermissionsBoundaryArn: "arn:aws:iam::123456789012:policy/b" },
    `instanceRolePermissionsBoundaryArn is "arn:aws:iam::123456789012:policy/b", ${NOT_GRANTED}`,
  ],
  [
    { scalerEnableElasticCiMode: true },
    "disableScaleIn is true, but Buildkite's AgentScaler scales in all the same in elastic CI mode.",
  ],
  ...scalerSurprises,
  [
    { ...WINDOWS, scalerEnableElasticCiMode: true, disableScaleIn: false },
    "scalerEnableElasticCiMode is true, but on Windows instances Buildkite's AgentScaler cannot scale in gracefully.",
  ],
  [
    { enableScheduledScaling: true, minSize: 2, maxSize: 2 },
    "enableScheduledScaling is true, but minSize is 2 and maxSize is 2.",
  ],
  [
    { onDemandBaseCapacity: 11 },
    "onDemandBaseCapacity is 11, but maxSize is 10. Every instance is then bought on demand.",
  ],
  [
    { enableNestedVirtualization: true },
    'enableNestedVirtualization is true, but instanceTypes is "t3.large". Only c8i, m8i, r8i',
  ],
  [
    { dockerFixedCidrV4: "10.0.0.0/24" },
    'dockerFixedCidrV4 is "10.0.0.0/24", which lies outside of the pool: dockerIpv4AddressPool1 is "172.17.0.0/12".',
  ],
  [
    { buildkiteQueue: 'a"b' },
    'buildkiteQueue is "a\\"b", but the agent\'s configuration file cannot hold a double quote',
  ],
  [
    { buildkiteAgentTags: 'os="x"' },
    'buildkiteAgentTags is "os=\\"x\\"", but the agent\'s configuration file cannot hold',
  ],
];

/** Props that come close and deserve none. */
export const withoutWarning: readonly (readonly [why: string, props: Given])[] = [
  ["nothing but a token", {}],
  ["an existing VPC alone", VPC],
  ["an existing role alone", ROLE],
  ["limits that are on", { experimentalEnableResourceLimits: true, resourceLimitsCpuWeight: 50 }],
  ["elastic CI mode that may scale in", { scalerEnableElasticCiMode: true, disableScaleIn: false }],
  ...scalerAsMeant,
  ["a fixed range inside the pool", { dockerFixedCidrV4: "172.18.0.0/24" }],
  [
    "nested virtualization where it works",
    { enableNestedVirtualization: true, instanceTypes: "m8i.large,c8i-flex.large" },
  ],
  ["Windows with its own setting", { ...WINDOWS, buildkiteWindowsAdministrator: false }],
  ["Spot instances", { onDemandPercentage: 0, spotAllocationStrategy: "lowest-price" }],
  ["shell metacharacters in the queue", { buildkiteQueue: "$(touch x) `id` ; & | ' \\" }],
];

export const cautioned: readonly Refused[] = unexpected.map(([props, says]) => warn(props, says));
