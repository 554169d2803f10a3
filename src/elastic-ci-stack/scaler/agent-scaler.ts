import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Construct } from "constructs";
import { type StackContext } from "../context";
import { type Precondition, type One, type Optional, optional } from "../../value/optional";
import { text } from "../../value/text";
import { eq, isSet, map, or, str } from "../../value/value";
import { type AgentToken } from "../secrets/agent-token";
import { type FunctionParts, lambdaFunction } from "../../aws/function";
import { selectCode, ownCode } from "../../aws/function-code";
import { releasedScaler } from "./released-scaler";
import { scalerEnvironment } from "./scaler-environment";
import { type ScalerMemory } from "./scaler-memory";
import { scalerPermissions } from "./scaler-permissions";
import { servedGroups } from "./served-groups";
import { type StopBuildkiteAgents } from "../group/stop-buildkite-agents";

/** For a run that hangs. */
const TIMEOUT_SECONDS = 120;

export interface ScalerSources {
  readonly token: AgentToken;
  readonly memory: ScalerMemory;
  readonly stopBuildkiteAgents: StopBuildkiteAgents;
}

/** The function that sets the group's desired capacity by the queue's jobs, and its EventBridge schedule. */
export class AgentScaler extends Construct {
  readonly own: Optional<FunctionParts>;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    private readonly sources: ScalerSources,
  ) {
    super(scope, id);
    this.own = optional(context.facts.scales, (one) => {
      const made = this.makeFunction(one);
      this.makeSchedule(one, made.fn);
      return made;
    });
  }

  private makeFunction(one: One): FunctionParts {
    const { inputs, facts, names, account } = this.context;
    const { token, memory } = this.sources;
    const groups = servedGroups(this.context);
    return lambdaFunction(this, one, this.context, {
      ids: { fn: "scaler", role: "scaler_lambda_role", policy: "scaler_lambda_policy", logs: "scaler_lambda_logs" },
      name: "scaler",
      description: "Sets the size of the Auto Scaling group by the jobs in the Buildkite queue",
      code: selectCode(
        facts.usesTypescriptScaler,
        () => ownCode(this, inputs, "agent-scaler"),
        () => releasedScaler(inputs, account),
      ),
      requirements: [this.codeIsPublished()],
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: scalerEnvironment(this.context, {
        tokenPath: token.path,
        memoryPath: memory.path,
        targets: groups.json,
      }),
      dependsOn: memory.own.made ? [memory.own.made] : [],
      reservedConcurrency: inputs.scalerReservedConcurrentExecutions,
      role: {
        name: text`${names.stack}-scaler-lambda-role`,
        policyName: text`${names.stack}-scaler-lambda-policy`,
        exists: facts.createsScalerRole,
        existingArn: inputs.scalerLambdaRoleArn,
        statements: scalerPermissions(this.context, { token, memory, groups }),
        managedPolicyArns: inputs.scalerManagedPolicyArns,
      },
    });
  }

  private codeIsPublished(): Precondition {
    const { inputs, facts, account } = this.context;
    return {
      holds: or(facts.usesTypescriptScaler, isSet(inputs.scalerLambdaS3Bucket), eq(account.partition, "aws")),
      message:
        "Buildkite publishes its scaler in commercial regions only. Mirror it and set scaler_lambda_s3_bucket, " +
        "or set scaler_implementation to typescript.",
    };
  }

  private makeSchedule(one: One, fn: LambdaFunction): void {
    const { inputs, names } = this.context;
    const { stopBuildkiteAgents } = this.sources;
    // No retries: the next scheduled run does the same work.
    const invocations = one(
      new LambdaFunctionEventInvokeConfig(this, "scaler_invocations", {
        functionName: fn.functionName,
        maximumRetryAttempts: 0,
        maximumEventAgeInSeconds: 60,
      }),
    );
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
        // Destroyed before StopBuildkiteAgents sets the group's capacity to 0, which must not be raised again.
        dependsOn: [permission, invocations, stopBuildkiteAgents.invocation],
      }),
    );
  }
}
