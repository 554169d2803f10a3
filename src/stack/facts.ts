import { type Construct } from "constructs";
import { type Inputs } from "../inputs/table";
import { every, splitTrimmed } from "../value/list";
import { named } from "../value/optional";
import { matches, startsWith } from "../value/text";
import { and, eq, isSet, not, Value } from "../value/value";

/** The family of an instance type that runs on AWS's own ARM processors: a1, m7g, c6gn, im4gn, x2gd, p6e-gb200. */
export const ARM_INSTANCE_TYPE = /^(a1|[a-z]+[0-9]+g[a-z]*|[a-z0-9]+-gb[0-9]+)\./;

/** Every condition that decides what exists or how it is set up, named once. */
export type Facts = Readonly<Record<Fact, Value<boolean>>>;

type Fact = keyof ReturnType<typeof conditions>;

export function facts(scope: Construct, inputs: Inputs): Facts {
  const all = Object.entries(conditions(inputs)).map(([name, fact]) => [name, named(scope, snake(name), fact)] as const);
  return Object.fromEntries(all) as Facts;
}

function conditions(inputs: Inputs) {
  const scales = not(eq(inputs.minSize, inputs.maxSize));
  const isWindows = eq(inputs.instanceOperatingSystem, "windows");
  const drainsOnReplacement = inputs.buildkiteAgentEnableGracefulShutdown;
  const tokenPath = inputs.buildkiteAgentTokenParameterStorePath;
  return {
    createsVpc: absent(inputs.createVpc, inputs.vpcId),
    createsSecurityGroup: not(isSet(inputs.securityGroupIds)),
    createsSecretsBucket: and(inputs.enableSecretsPlugin, absent(inputs.createSecretsBucket, inputs.secretsBucket)),
    createsAgentToken: absent(inputs.createAgentTokenParameter, tokenPath),
    createsSigningKey: not(eq(inputs.pipelineSigningKmsKeySpec, "none")),
    createsInstanceRole: absent(inputs.createInstanceRole, inputs.instanceRoleArn),
    createsScalerRole: and(scales, absent(inputs.createScalerLambdaRole, inputs.scalerLambdaRoleArn)),
    createsSuspenderRole: absent(inputs.createAsgProcessSuspenderRole, inputs.asgProcessSuspenderRoleArn),
    createsStopRole: and(drainsOnReplacement, absent(inputs.createStopBuildkiteAgentsRole, inputs.stopBuildkiteAgentsRoleArn)),
    readsImageParameter: and(not(isSet(inputs.imageId)), orGiven(inputs.useImageIdParameter, inputs.imageIdParameter)),
    scales,
    usesTypescriptScaler: eq(inputs.scalerImplementation, "typescript"),
    drainsOnReplacement,
    isWindows,
    isArm: and(not(isWindows), every(splitTrimmed(",", inputs.instanceTypes), (type) => matches(ARM_INSTANCE_TYPE, type))),
    isBurstable: every(splitTrimmed(",", inputs.instanceTypes), (type) => matches(/^t[0-9]/, type)),
    tokenIsInSecretsManager: startsWith(tokenPath, SECRETS_MANAGER_REFERENCE),
  };
}

/** Parameter Store answers names with this prefix out of Secrets Manager. */
export const SECRETS_MANAGER_REFERENCE = "/aws/reference/secretsmanager/";

/** Whether we make a thing ourselves: the flag allows it and the caller gave none. */
function absent(flag: Value<boolean>, given: Value<string>): Value<boolean> {
  return and(flag, not(isSet(given)));
}

function orGiven(flag: Value<boolean>, given: Value<string>): Value<boolean> {
  return not(and(not(flag), not(isSet(given))));
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
