import { type Construct } from "constructs";
import { type Statement as Requirement } from "../schema/validation";
import { type Inputs } from "./inputs/table";
import { named } from "../value/optional";
import { Account } from "../aws/account";
import { AgentScaler } from "./scaler/agent-scaler";
import { AgentToken } from "./secrets/agent-token";
import { AgentAutoScalingGroup } from "./group/auto-scaling-group";
import { AzRebalancingSuspender } from "./group/az-rebalancing-suspender";
import { facts as namedFacts } from "./facts";
import { Image } from "./instance/image";
import { InstanceRole } from "./instance/instance-role";
import { AgentLaunchTemplate } from "./instance/launch-template";
import { names as stackNames } from "../aws/names";
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

/** The whole stack, whoever gave the inputs: the table of contents of this folder. */
export function makeParts(scope: Construct, inputs: Inputs, requirements: readonly Requirement[]) {
  const account = new Account(scope, "account");
  const names = stackNames(scope, inputs, account);
  const facts = namedFacts(scope, inputs);

  const network = new Network(scope, "network", inputs, facts, names);
  const endpoints = new VpcEndpoints(scope, "vpc-endpoints", inputs, facts, names, account, network);
  const securityGroup = new AgentSecurityGroup(scope, "security-group", inputs, facts, names, network);

  const token = new AgentToken(scope, "agent-token", inputs, facts, names, account);
  const signingKey = new SigningKey(scope, "signing-key", inputs, facts, names, account);
  const secretsBucket = new SecretsBucket(scope, "secrets-bucket", inputs, facts, names, account);

  const grants = [...token.readStatements, ...signingKey.useStatements, ...secretsBucket.readStatements];
  const instanceRole = new InstanceRole(scope, "instance-role", inputs, facts, names, account, grants);
  const image = new Image(scope, "image", inputs, facts, account);
  const bootData = named(
    scope,
    "user_data",
    userData({ inputs, facts, names, account, token, signingKey, secretsBucket }),
  );
  const launchTemplate = new AgentLaunchTemplate(scope, "launch-template", {
    inputs,
    facts,
    names,
    account,
    image,
    instanceRole,
    securityGroup,
    userData: bootData,
  });
  const { minSize } = new PlannedMinimum(scope, "planned-minimum", inputs, names);
  const group = new AgentAutoScalingGroup(scope, "auto-scaling-group", {
    inputs,
    names,
    network,
    launchTemplate,
    minSize,
    requirements,
    needs: [
      ...(network.own.made?.ways ?? []),
      ...endpoints.all,
      ...instanceRole.rights,
      ...[token.own.made, signingKey.alias.made, secretsBucket.own.made?.bucket].filter((made) => made !== undefined),
    ],
  });
  new ScheduledScaling(scope, "scheduled-scaling", inputs, names, group.group);

  const functions = { inputs, names, account };
  new AzRebalancingSuspender(scope, "az-rebalancing-suspender", functions, facts, group.group);
  const stop = new StopBuildkiteAgents(scope, "stop-buildkite-agents", functions, facts, group);
  const memory = new ScalerMemory(scope, "scaler-memory", facts, names, account);
  const scaler = new AgentScaler(scope, "agent-scaler", functions, { facts, token, memory, stop });

  return {
    inputs,
    names,
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
