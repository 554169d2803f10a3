import { camel } from "../../../src/schema/table";
import { type Emulator, startEmulator } from "../emulator";
import type { AwsCall } from "../aws-calls";
import { AwsError, succeeded } from "../aws-wire/answers";
import type { Answer } from "../loopback-server";
import { type Mode, writeRoot } from "../roots";
import { Workspace } from "../terraform";
import { userData } from "../user-data";
import type { AwsRequest } from "./aws-front";
import { sandboxTools } from "./sandbox-tools";
import { settingsOf } from "./user-data";

export interface Instance {
  readonly id: string;
  readonly region: string;
  readonly group: string;
  /** As the launch template has them, decoded. */
  readonly userData: Buffer;
}

export interface Group {
  readonly minimum: number;
  readonly desired: number;
  readonly instances: readonly { readonly id: string; readonly isHealthy: boolean }[];
}

export const SECRETS_BUCKET = "secrets-of-the-stack";

const REGION = "us-east-1";
const usual = { scaler_enabled: false, secrets_bucket: SECRETS_BUCKET, secrets_bucket_region: REGION };

/** A stack in the emulator, and the instances of its group. */
export class Cloud {
  private readonly taken = new Set<string>();
  private launches: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly emulator: Emulator,
    readonly group: string,
    readonly userData: Buffer,
    private readonly workspace?: Workspace,
  ) {}

  /**
   * Of the stack only what instances see of it: group, token and bucket, which costs a fifth of Terraform's time. The
   * user data are those that Terraform makes: "linux-machine-job-faults" compares them.
   */
  static async withoutTerraform(inputs: Readonly<Record<string, unknown>>): Promise<Cloud> {
    await sandboxTools();
    const data = Buffer.from(rendered(inputs));
    const { ASG_NAME: group, BUILDKITE_AGENT_TOKEN_PATH: path } = settingsOf(data);
    const emulator = await startEmulator();
    const call = (service: string, operation: string, params: Record<string, unknown>): AwsCall => ({
      service,
      operation,
      params,
      region: REGION,
    });
    const template = {
      LaunchTemplateName: "agents",
      LaunchTemplateData: { ImageId: "ami-12345678", InstanceType: "t3.large" },
    };
    const launch = { LaunchTemplate: { LaunchTemplateName: "agents" }, AvailabilityZones: [`${REGION}a`] };
    await emulator.calls([
      call("s3", "create_bucket", { Bucket: SECRETS_BUCKET }),
      call("ssm", "put_parameter", { Name: path, Value: inputs["buildkite_agent_token"], Type: "SecureString" }),
      call("ec2", "create_launch_template", template),
      call("autoscaling", "create_auto_scaling_group", {
        AutoScalingGroupName: group,
        MinSize: 0,
        MaxSize: inputs["max_size"],
        ...launch,
      }),
    ]);
    return new Cloud(emulator, group!, data);
  }

  /** As Terraform applies it, with a bucket for secrets that is there already: on a new one Terraform would wait for a minute. */
  static async apply(inputs: Readonly<Record<string, unknown>>, mode: Mode = "module"): Promise<Cloud> {
    // What is missing is better said before Terraform's half a minute.
    await sandboxTools();
    const emulator = await startEmulator();
    const workspace = await Workspace.create({ env: emulator.env });
    try {
      await emulator.aws("s3", "create_bucket", { Bucket: SECRETS_BUCKET });
      writeRoot(workspace, mode, { stacks: { ci: { ...usual, ...inputs } } });
      await workspace.init();
      const { ci_auto_scaling_group_name: group, ci_launch_template_id: template } = await workspace.apply();
      const data = await read(emulator, String(template));
      return new Cloud(emulator, String(group), data, workspace);
    } catch (error) {
      workspace.remove();
      await emulator.stop();
      throw error;
    }
  }

  /** An instance of the group that no machine has been yet. */
  launch(): Promise<Instance> {
    // One after the other: two that looked at the same time would be one instance, or shrink the group.
    const launch = this.launches.then(async () => {
      const id = await this.vacant();
      this.taken.add(id);
      return { id, region: this.emulator.region, group: this.group, userData: this.userData };
    });
    this.launches = launch.catch(() => undefined);
    return launch;
  }

  private async vacant(): Promise<string> {
    const { desired, instances } = await this.describe();
    const found = instances.find(({ id }) => !this.taken.has(id));
    if (found !== undefined) return found.id;
    await this.call("SetDesiredCapacity", { DesiredCapacity: String(desired + 1) });
    return this.vacant();
  }

  /** The group as AWS describes it. */
  async describe(): Promise<Group> {
    const text = await this.call("DescribeAutoScalingGroups", { "AutoScalingGroupNames.member.1": this.group });
    const number = (name: string) => Number(new RegExp(`<${name}>(\\d+)</${name}>`).exec(text)?.[1]);
    const instances = [...text.matchAll(/<member>(?:(?!<member>)[^])*?<InstanceId>[^]*?<\/member>/g)].map(
      ([member]) => ({
        id: /<InstanceId>([^<]*)/.exec(member)![1]!,
        isHealthy: member.includes("<HealthStatus>Healthy<"),
      }),
    );
    return { minimum: number("MinSize"), desired: number("DesiredCapacity"), instances };
  }

  /** The emulator shrinks groups below their minimum, which AWS does not, and knows no lifecycle actions. */
  readonly correct = async (request: AwsRequest, atMinimum: boolean): Promise<Answer | AwsError | undefined> => {
    const { action, parameters } = request;
    if (action === "RecordLifecycleActionHeartbeat" || action === "CompleteLifecycleAction") {
      const isOurs = parameters["AutoScalingGroupName"] === this.group;
      if (isOurs) return succeeded("query", action, "");
      return new AwsError("ValidationError", "No active Lifecycle Action found");
    }
    const shrinks = parameters["ShouldDecrementDesiredCapacity"] === "true";
    if (action !== "TerminateInstanceInAutoScalingGroup" || !shrinks) return undefined;
    const { minimum, desired } = await this.describe();
    if (desired > minimum && !atMinimum) return undefined;
    return new AwsError("ValidationError", minimumMessage(atMinimum ? desired : minimum));
  };

  /** Auto Scaling by hand, which spares the start of a program; the emulator does not check signatures. */
  async call(action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const scope = `test/20200101/${this.emulator.region}/autoscaling/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const usual = { Action: action, Version: "2011-01-01", AutoScalingGroupName: this.group };
    const body = new URLSearchParams({ ...usual, ...parameters });
    const answer = await fetch(this.emulator.endpoint, { method: "POST", headers: { authorization }, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${action}: ${text}`);
    return text;
  }

  async stop(): Promise<void> {
    this.workspace?.remove();
    await this.emulator.stop();
  }
}

/** What Terraform makes of these inputs as user data. */
export function rendered(inputs: Readonly<Record<string, unknown>>): string {
  return userData(
    Object.fromEntries(Object.entries({ ...usual, ...inputs }).map(([name, content]) => [camel(name), content])),
  );
}

async function read(emulator: Emulator, template: string): Promise<Buffer> {
  const which = { LaunchTemplateId: template, Versions: ["$Latest"] };
  const { LaunchTemplateVersions } = await emulator.aws("ec2", "describe_launch_template_versions", which);
  return Buffer.from(LaunchTemplateVersions[0].LaunchTemplateData.UserData, "base64");
}

function minimumMessage(minimum: number): string {
  return (
    `Currently, desiredSize equals minSize (${minimum}). Terminating instance without replacement will violate group's ` +
    "min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
  );
}
