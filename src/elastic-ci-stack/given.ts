/* What the caller gives of the things that the stack would create otherwise. */
import { isSet, not, or, type Value } from "../value/value";
import { type Inputs } from "./inputs/table";

export function givesVpc({ createVpc, vpcId }: Inputs): Value<boolean> {
  return isGiven(createVpc, vpcId);
}

export function givesSecretsBucket({ createSecretsBucket, secretsBucket }: Inputs): Value<boolean> {
  return isGiven(createSecretsBucket, secretsBucket);
}

export function givesAgentToken(inputs: Inputs): Value<boolean> {
  return isGiven(inputs.createAgentTokenParameter, inputs.buildkiteAgentTokenParameterStorePath);
}

export function givesInstanceRole({ createInstanceRole, instanceRoleArn }: Inputs): Value<boolean> {
  return isGiven(createInstanceRole, instanceRoleArn);
}

export function givesScalerRole({ createScalerLambdaRole, scalerLambdaRoleArn }: Inputs): Value<boolean> {
  return isGiven(createScalerLambdaRole, scalerLambdaRoleArn);
}

export function givesSuspenderRole(inputs: Inputs): Value<boolean> {
  return isGiven(inputs.createAsgProcessSuspenderRole, inputs.asgProcessSuspenderRoleArn);
}

export function givesStopRole(inputs: Inputs): Value<boolean> {
  return isGiven(inputs.createStopBuildkiteAgentsRole, inputs.stopBuildkiteAgentsRoleArn);
}

export function givesImageParameter({ useImageIdParameter, imageIdParameter }: Inputs): Value<boolean> {
  return or(useImageIdParameter, isSet(imageIdParameter));
}

/** The flag says so where Terraform does not know the value before apply. */
function isGiven(create: Value<boolean>, given: Value<string>): Value<boolean> {
  return or(not(create), isSet(given));
}
