import { type Construct } from "constructs";
import { type Requirement } from "../schema/validation";
import { type Inputs } from "./inputs/table";
import { localValue } from "../value/optional";
import { AgentScaler } from "./scaler/agent-scaler";
import { AgentToken } from "./secrets/agent-token";
import { AgentAutoScalingGroup } from "./group/auto-scaling-group";
import { AzRebalancingSuspender } from "./group/az-rebalancing-suspender";
import { stackContext } from "./context";
import { Image } from "./instance/image";
import { InstanceRole } from "./instance/instance-role";
import { AgentLaunchTemplate } from "./instance/launch-template";
import { originalRights } from "./instance/original-rights";
import { Network } from "./network/network";
import { ScalerMemory } from "./scaler/scaler-memory";
import { PlannedMinimum, ScheduledScaling } from "./group/scheduled-scaling";
import { SecretsBucket } from "./secrets/secrets-bucket";
import { AgentSecurityGroup } from "./network/security-group";
import { SigningKey } from "./secrets/signing-key";
import { StopBuildkiteAgents } from "./group/stop-buildkite-agents";
import { userData } from "./instance/user-data";
import { VpcEndpoints } from "./network/vpc-endpoints";

export type Parts = ReturnType<typeof makeParts>;

/** The whole stack, for props and for variables: the table of contents of this folder. */
export function makeParts(scope: Construct, inputs: Inputs, requirements: readonly Requirement[]) {
  const context = stackContext(scope, inputs);

  const network = new Network(scope, "network", context);
  const endpoints = new VpcEndpoints(scope, "vpc-endpoints", context, network);
  const securityGroup = new AgentSecurityGroup(scope, "security-group", context, network);

  const token = new AgentToken(scope, "agent-token", context);
  const signingKey = new SigningKey(scope, "signing-key", context);
  const secretsBucket = new SecretsBucket(scope, "secrets-bucket", context);

  const grants = [
    ...token.readStatements,
    ...signingKey.useStatements,
    ...secretsBucket.readStatements,
    ...originalRights(context, token.path, secretsBucket.name),
  ];
  const instanceRole = new InstanceRole(scope, "instance-role", context, grants);
  const image = new Image(scope, "image", context);
  const bootData = localValue(scope, "user_data", userData({ ...context, token, signingKey, secretsBucket }));
  const launchTemplate = new AgentLaunchTemplate(scope, "launch-template", context, {
    image,
    instanceRole,
    securityGroup,
    userData: bootData,
  });
  const { minSize } = new PlannedMinimum(scope, "planned-minimum", context);
  const group = new AgentAutoScalingGroup(scope, "auto-scaling-group", context, {
    network,
    launchTemplate,
    minSize,
    requirements,
    dependsOn: [
      ...(network.own.made?.routes ?? []),
      ...endpoints.all,
      ...instanceRole.permissions,
      ...[token.own.made, signingKey.alias.made, secretsBucket.own.made?.bucket].filter((made) => made !== undefined),
    ],
  });
  new ScheduledScaling(scope, "scheduled-scaling", context, group.group);

  new AzRebalancingSuspender(scope, "az-rebalancing-suspender", context, group.group);
  const stopBuildkiteAgents = new StopBuildkiteAgents(scope, "stop-buildkite-agents", context, group);
  const memory = new ScalerMemory(scope, "scaler-memory", context);
  const scaler = new AgentScaler(scope, "agent-scaler", context, { token, memory, stopBuildkiteAgents });

  return {
    network,
    securityGroup,
    token,
    signingKey,
    secretsBucket,
    instanceRole,
    image,
    launchTemplate,
    group,
    scaler,
  };
}
