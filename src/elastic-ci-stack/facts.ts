import { type Construct } from "constructs";
import {
  givesAgentToken,
  givesImageParameter,
  givesInstanceRole,
  givesScalerRole,
  givesSecretsBucket,
  givesStopRole,
  givesSuspenderRole,
  givesVpc,
} from "./given";
import { ARM_INSTANCE_TYPE, isBurstable } from "../aws/instance-types";
import { type Inputs } from "./inputs/table";
import { every, splitTrimmed } from "../value/list";
import { named } from "../value/optional";
import { matches, startsWith } from "../value/text";
import { and, eq, isSet, not, or, type Value } from "../value/value";

/** Every condition that decides what exists or how it is set up, named once. */
export type Facts = Readonly<Record<Fact, Value<boolean>>>;

type Fact = keyof ReturnType<typeof conditions>;

export function facts(scope: Construct, inputs: Inputs): Facts {
  const all = Object.entries(conditions(inputs)).map(
    ([name, fact]) => [name, named(scope, snake(name), fact)] as const,
  );
  return Object.fromEntries(all) as Facts;
}

function conditions(inputs: Inputs) {
  const scales = and(inputs.scalerEnabled, not(eq(inputs.minSize, inputs.maxSize)));
  const usesTypescriptScaler = eq<string>(inputs.scalerImplementation, "typescript");
  const isWindows = eq<string>(inputs.instanceOperatingSystem, "windows");
  const types = splitTrimmed(",", inputs.instanceTypes);
  return {
    createsVpc: not(givesVpc(inputs)),
    createsSecurityGroup: not(isSet(inputs.securityGroupIds)),
    createsSecretsBucket: and(inputs.enableSecretsPlugin, not(givesSecretsBucket(inputs))),
    createsAgentToken: not(givesAgentToken(inputs)),
    createsSigningKey: not(eq<string>(inputs.pipelineSigningKmsKeySpec, "none")),
    createsInstanceRole: not(givesInstanceRole(inputs)),
    createsScalerRole: and(scales, not(givesScalerRole(inputs))),
    createsSuspenderRole: not(givesSuspenderRole(inputs)),
    createsStopRole: not(givesStopRole(inputs)),
    readsImageParameter: and(givesImageParameter(inputs), not(isSet(inputs.imageId))),
    scales,
    usesTypescriptScaler,
    remembersScaling: and(scales, usesTypescriptScaler),
    servesOtherGroups: isSet(inputs.scalerGroups),
    isWindows,
    isArm: and(
      not(isWindows),
      every(types, (type) => matches(ARM_INSTANCE_TYPE, type)),
    ),
    isBurstable: isBurstable(inputs.instanceTypes),
    limitsJobs: or(isSet(inputs.allowedPipelines), isSet(inputs.allowedRepositories), isSet(inputs.allowedBranches)),
    tokenIsInSecretsManager: startsWith(inputs.buildkiteAgentTokenParameterStorePath, SECRETS_MANAGER_REFERENCE),
  };
}

/** Parameter Store answers names with this prefix out of Secrets Manager. */
export const SECRETS_MANAGER_REFERENCE = "/aws/reference/secretsmanager/";

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
