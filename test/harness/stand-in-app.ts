import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lambdaKey } from "../../src/aws/function-code";
import { repository } from "./tools";

/** A small app in place of the real one, so that failures of the demo can be tested in seconds. */
export interface StandInApp {
  readonly folder: string;
  remove(): void;
}

const start = `
import { App, TerraformOutput, TerraformStack, TerraformVariable } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { AutoscalingLifecycleHook } from "@cdktf/provider-aws/lib/autoscaling-lifecycle-hook";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";

const app = new App();
const stack = new TerraformStack(app, "elastic-ci-stack");
new AwsProvider(stack, "aws", { s3UsePathStyle: true });
stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
const token = new TerraformVariable(stack, "buildkite_agent_token", { type: "string", sensitive: true });
const vpc = new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" });
new SsmParameter(stack, "parameter", { name: "/demo/token", type: "SecureString", valueWo: token.stringValue, valueWoVersion: 1 });
const template = new LaunchTemplate(stack, "template", { imageId: "ami-12345678", instanceType: "t3.large" });
const group = new AutoscalingGroup(stack, "group", {
  minSize: 0,
  maxSize: 1,
  availabilityZones: ["us-east-1a"],
  launchTemplate: { id: template.id, version: "$Latest" },
});
new AutoscalingLifecycleHook(stack, "hook", {
  name: "terminating",
  autoscalingGroupName: group.name,
  lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  defaultResult: "CONTINUE",
  heartbeatTimeout: 600,
  notificationMetadata: "of the stand-in",
});
new TerraformOutput(stack, "vpc_id", { value: vpc.id });
new TerraformOutput(stack, "token", { value: token.stringValue, sensitive: true });
`;

/** AWS refuses this one, when the network is already there. */
const refusedResource = `
new IamRolePolicyAttachment(stack, "refused", { role: "absent", policyArn: "arn:aws:iam::aws:policy/Absent", dependsOn: [vpc] });
`;

/** Another value in each plan, as a configuration whose plan is never empty. */
const restlessResource = `
new SsmParameter(stack, "restless", { name: "/demo/restless", type: "String", value: "\${timestamp()}" });
`;

/** An AgentScaler with this environment besides the group's name. */
function scaler(environment: string): string {
  return `
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";

const [bucket, endpoint] = ["lambda_bucket", "agent_endpoint"].map((name) => new TerraformVariable(stack, name, { type: "string" }).stringValue);
const assumeRolePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }] });
const scaler = new LambdaFunction(stack, "scaler", {
  functionName: "stand-in-scaler",
  role: new IamRole(stack, "role", { name: "stand-in-scaler", assumeRolePolicy }).arn,
  runtime: "nodejs22.x",
  handler: "index.handler",
  timeout: 120,
  s3Bucket: bucket,
  s3Key: ${JSON.stringify(lambdaKey("agent-scaler"))},
  environment: { variables: { ASG_NAME: group.name, BUILDKITE_AGENT_ENDPOINT: endpoint, ${environment} } },
});
new TerraformOutput(stack, "scaler_lambda_function_name", { value: scaler.functionName });
new TerraformOutput(stack, "auto_scaling_group_name", { value: group.name });
`;
}

const working = scaler(
  `BUILDKITE_QUEUE: "default", BUILDKITE_AGENT_TOKEN_SSM_KEY: "/demo/token", AGENTS_PER_INSTANCE: "2", DISABLE_SCALE_IN: "true", LAMBDA_TIMEOUT: "50s"`,
);
const misconfigured = scaler(`BUILDKITE_QUEUE: "default", AGENTS_PER_INSTANCE: "two"`);

const endings = { sound: "", refused: refusedResource, restless: restlessResource, working, misconfigured };

export function standInApp(kind: keyof typeof endings): StandInApp {
  const folder = mkdtempSync(join(tmpdir(), "elastic-ci-stack-app-"));
  mkdirSync(join(folder, "src"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src/main.ts"), `${start}${endings[kind]}app.synth();\n`);
  const settings = {
    language: "typescript",
    app: "npx tsx src/main.ts",
    projectId: "stand-in",
    sendCrashReports: "false",
  };
  writeFileSync(join(folder, "cdktf.json"), JSON.stringify(settings));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
