import { type Construct } from "constructs";
import { ARM_INSTANCE_TYPE, isBurstable as areBurstable } from "../aws/instance-types";
import { every, splitTrimmed } from "../value/list";
import { localValue } from "../value/optional";
import { matches, startsWith } from "../value/text";
import { and, eq, isSet, not, or, type Value } from "../value/value";
import { type Inputs } from "./inputs/table";

/** Conditions that several files need, each stated once. Rules call the function, parts read the property. */
export type Facts = { readonly [K in keyof typeof conditions]: Value<boolean> };

export function facts(scope: Construct, inputs: Inputs): Facts {
  const all = Object.entries(conditions).map(
    ([name, condition]) => [name, localValue(scope, snake(name), condition(inputs))] as const,
  );
  return Object.fromEntries(all) as Facts;
}

export function createsVpc({ createVpc, vpcId }: Inputs): Value<boolean> {
  return not(isGiven(createVpc, vpcId));
}

export function createsSecurityGroup({ securityGroupIds }: Inputs): Value<boolean> {
  return not(isSet(securityGroupIds));
}

export function createsSecretsBucket(inputs: Inputs): Value<boolean> {
  return and(inputs.enableSecretsPlugin, not(usesExistingSecretsBucket(inputs)));
}

export function usesExistingSecretsBucket({ createSecretsBucket, secretsBucket }: Inputs): Value<boolean> {
  return isGiven(createSecretsBucket, secretsBucket);
}

function keepsOriginalRights(inputs: Inputs): Value<boolean> {
  return and(isAdopted(inputs), inputs.keepOriginalRights);
}

/** A stack that another module made, or one whose names shall hang on nothing: what is there may be older than this module. */
export function isAdopted({ stackNameSuffix }: Inputs): Value<boolean> {
  return isSet(stackNameSuffix);
}

export function createsAgentToken(inputs: Inputs): Value<boolean> {
  return not(isGiven(inputs.createAgentTokenParameter, inputs.buildkiteAgentTokenParameterStorePath));
}

/** Beside an existing key the kind of a new one counts for nothing, as in Buildkite's own module. */
export function createsSigningKey({ pipelineSigningKmsKeySpec, pipelineSigningKmsKeyId }: Inputs): Value<boolean> {
  return and(not(eq<string>(pipelineSigningKmsKeySpec, "none")), not(isSet(pipelineSigningKmsKeyId)));
}

export function createsInstanceRole({ createInstanceRole, instanceRoleArn }: Inputs): Value<boolean> {
  return not(isGiven(createInstanceRole, instanceRoleArn));
}

function createsScalerRole(inputs: Inputs): Value<boolean> {
  return and(scales(inputs), not(usesExistingScalerRole(inputs)));
}

export function usesExistingScalerRole({ createScalerLambdaRole, scalerLambdaRoleArn }: Inputs): Value<boolean> {
  return isGiven(createScalerLambdaRole, scalerLambdaRoleArn);
}

function createsSuspenderRole(inputs: Inputs): Value<boolean> {
  return not(isGiven(inputs.createAsgProcessSuspenderRole, inputs.asgProcessSuspenderRoleArn));
}

function createsStopRole(inputs: Inputs): Value<boolean> {
  return not(isGiven(inputs.createStopBuildkiteAgentsRole, inputs.stopBuildkiteAgentsRoleArn));
}

function readsImageParameter(inputs: Inputs): Value<boolean> {
  return and(usesImageParameter(inputs), not(isSet(inputs.imageId)));
}

export function usesImageParameter({ useImageIdParameter, imageIdParameter }: Inputs): Value<boolean> {
  return or(useImageIdParameter, isSet(imageIdParameter));
}

function scales(inputs: Inputs): Value<boolean> {
  return and(inputs.scalerEnabled, not(hasFixedSize(inputs)));
}

export function hasFixedSize({ minSize, maxSize }: Inputs): Value<boolean> {
  return eq(minSize, maxSize);
}

export function usesBuildkiteScaler({ scalerImplementation }: Inputs): Value<boolean> {
  return eq<string>(scalerImplementation, "buildkite");
}

export function usesTypescriptScaler({ scalerImplementation }: Inputs): Value<boolean> {
  return eq<string>(scalerImplementation, "typescript");
}

function remembersScaling(inputs: Inputs): Value<boolean> {
  return and(scales(inputs), usesTypescriptScaler(inputs));
}

function servesOtherGroups({ scalerGroups }: Inputs): Value<boolean> {
  return isSet(scalerGroups);
}

export function isWindows({ instanceOperatingSystem }: Inputs): Value<boolean> {
  return eq<string>(instanceOperatingSystem, "windows");
}

function isArm(inputs: Inputs): Value<boolean> {
  return and(not(isWindows(inputs)), hasArmTypesOnly(inputs));
}

export function hasArmTypesOnly({ instanceTypes }: Inputs): Value<boolean> {
  return every(splitTrimmed(",", instanceTypes), (type) => matches(ARM_INSTANCE_TYPE, type));
}

export function isBurstable({ instanceTypes }: Inputs): Value<boolean> {
  return areBurstable(instanceTypes);
}

function limitsJobs(inputs: Inputs): Value<boolean> {
  const { allowedPipelines, allowedRepositories, allowedBranches, allowedPlugins, allowedPullRequests } = inputs;
  const lists = [allowedPipelines, allowedRepositories, allowedBranches, allowedPlugins];
  return or(not(eq<string>(allowedPullRequests, "any")), ...lists.map((list) => isSet(list)));
}

/** Parameter Store reads names with this prefix from Secrets Manager. */
export const SECRETS_MANAGER_REFERENCE = "/aws/reference/secretsmanager/";

function tokenIsInSecretsManager({ buildkiteAgentTokenParameterStorePath: path }: Inputs): Value<boolean> {
  return startsWith(path, SECRETS_MANAGER_REFERENCE);
}

/** The flag states it where Terraform knows the value only after apply. */
function isGiven(create: Value<boolean>, given: Value<string>): Value<boolean> {
  return or(not(create), isSet(given));
}

const conditions = {
  isAdopted,
  keepsOriginalRights,
  createsVpc,
  createsSecurityGroup,
  createsSecretsBucket,
  createsAgentToken,
  createsSigningKey,
  createsInstanceRole,
  createsScalerRole,
  createsSuspenderRole,
  createsStopRole,
  readsImageParameter,
  scales,
  usesTypescriptScaler,
  remembersScaling,
  servesOtherGroups,
  isWindows,
  isArm,
  isBurstable,
  limitsJobs,
  tokenIsInSecretsManager,
};

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
