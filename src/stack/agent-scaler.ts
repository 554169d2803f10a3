import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Construct } from "constructs";
import type { AgentScalerEnvironment } from "../../lambda/agent-scaler/config";
import { type Inputs } from "../inputs/table";
import { type One, type Optional, optional } from "../value/optional";
import { text, toText } from "../value/text";
import { eq, isSet, map, type Operand, or, str, type Value } from "../value/value";
import { type AgentToken } from "./agent-token";
import { type Facts } from "./facts";
import { type FunctionParts, type FunctionSetting, lambdaFunction } from "./function";
import { either, ownCode, releasedScaler } from "./function-code";
import { scalerPermissions } from "./scaler-permissions";
import { type StopBuildkiteAgents } from "./stop-buildkite-agents";

/** A run stops polling after this time, so that it ends before the next one starts. */
const POLLING = "50s";
/** A run that hangs is ended here. */
const TIMEOUT_SECONDS = 120;

/** The function that sets the group's size by the queue's jobs, and its clock. */
export class AgentScaler extends Construct {
  readonly own: Optional<FunctionParts>;

  constructor(
    scope: Construct,
    id: string,
    setting: FunctionSetting,
    facts: Facts,
    token: AgentToken,
    private readonly stop: StopBuildkiteAgents,
  ) {
    super(scope, id);
    this.own = optional(facts.scales, (one) => {
      const made = this.makeFunction(one, setting, facts, token);
      this.makeClock(one, setting, made.fn);
      return made;
    });
  }

  private makeFunction(one: One, setting: FunctionSetting, facts: Facts, token: AgentToken): FunctionParts {
    const { inputs, names, account } = setting;
    return lambdaFunction(this, one, setting, {
      ids: { fn: "scaler", role: "scaler_lambda_role", policy: "scaler_lambda_policy", logs: "scaler_lambda_logs" },
      name: "scaler",
      description: "Sets the size of the Auto Scaling group by the jobs in the Buildkite queue",
      code: either(
        facts.usesTypescriptScaler,
        () => ownCode(this, inputs, "agent-scaler"),
        () => releasedScaler(inputs, account),
      ),
      requirements: [
        {
          holds: or(facts.usesTypescriptScaler, isSet(inputs.scalerLambdaS3Bucket), eq(account.partition, "aws")),
          message:
            "Buildkite publishes its scaler in commercial regions only. Mirror it and set scaler_lambda_s3_bucket, " +
            "or set scaler_implementation to typescript.",
        },
      ],
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: { ...environment(inputs, token.path, names.group) },
      reservedConcurrency: inputs.scalerReservedConcurrentExecutions,
      role: {
        name: text`${names.stack}-scaler-lambda-role`,
        exists: facts.createsScalerRole,
        given: inputs.scalerLambdaRoleArn,
        may: scalerPermissions(setting, token),
        managedPolicyArns: inputs.scalerManagedPolicyArns,
      },
    });
  }

  private makeClock(one: One, { inputs, names }: FunctionSetting, fn: LambdaFunction): void {
    const rule = one(
      new CloudwatchEventRule(this, "scaler_schedule", {
        name: str(text`${names.stack}-scaler-schedule`),
        description: "Starts the AgentScaler",
        scheduleExpression: str(text`rate(${inputs.scalerEventSchedulePeriod})`),
        tags: map(names.tags),
      }),
    );
    const permission = one(
      new LambdaPermission(this, "allow_eventbridge", {
        statementId: "AllowExecutionFromEventBridge",
        action: "lambda:InvokeFunction",
        functionName: fn.functionName,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      }),
    );
    one(
      new CloudwatchEventTarget(this, "scaler_lambda", {
        rule: rule.name,
        targetId: "BuildkiteAgentScalerLambda",
        arn: fn.arn,
        // Destroyed before StopBuildkiteAgents runs, which empties the group: it must not grow again.
        dependsOn: [permission, ...(this.stop.invocation.made ? [this.stop.invocation.made] : [])],
      }),
    );
  }
}

function environment(
  inputs: Inputs,
  tokenPath: Value<string>,
  group: Value<string>,
): Record<keyof AgentScalerEnvironment, Operand<string>> {
  return {
    BUILDKITE_AGENT_TOKEN_SSM_KEY: tokenPath,
    BUILDKITE_QUEUE: inputs.buildkiteQueue,
    BUILDKITE_AGENT_ENDPOINT: inputs.agentEndpoint,
    ASG_NAME: group,
    AGENTS_PER_INSTANCE: toText(inputs.agentsPerInstance),
    INSTANCE_BUFFER: toText(inputs.instanceBuffer),
    INCLUDE_WAITING: toText(inputs.scaleOutForWaitingJobs),
    DISABLE_SCALE_IN: toText(inputs.disableScaleIn),
    SCALE_IN_COOLDOWN_PERIOD: text`${toText(inputs.scaleInCooldownPeriod)}s`,
    SCALE_OUT_COOLDOWN_PERIOD: text`${toText(inputs.scaleOutCooldownPeriod)}s`,
    SCALE_OUT_FACTOR: toText(inputs.scaleOutFactor),
    LAMBDA_INTERVAL: inputs.scalerMinPollInterval,
    LAMBDA_TIMEOUT: POLLING,
    LAMBDA_STARTUP_JITTER_MAX: inputs.scalerEventScheduleJitter,
    ELASTIC_CI_MODE: toText(inputs.scalerEnableElasticCiMode),
    CLOUDWATCH_METRICS: toText(inputs.scalerEnableCloudwatchMetrics),
  };
}
