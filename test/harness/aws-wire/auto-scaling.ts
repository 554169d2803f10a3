import type { FakeAutoScaling, FakeGroup, FakeInstance } from "../fake-auto-scaling";
import { AwsError, element, listed, members, page } from "./answers";

const ZONE = "us-east-1a";
const LONGEST_LIST_OF_NAMES = 100;

/** Auto Scaling's actions, their results in its own XML. */
export class AutoScalingWire {
  /** Activities in one answer. */
  pageSize = 100;

  constructor(private readonly groups: FakeAutoScaling) {}

  async result(action: string, form: URLSearchParams): Promise<string> {
    try {
      return await this.perform(action, form);
    } catch (error) {
      throw error instanceof AwsError ? error : new AwsError("ValidationError", (error as Error).message);
    }
  }

  private async perform(action: string, form: URLSearchParams): Promise<string> {
    const name = form.get("AutoScalingGroupName") ?? "";
    switch (action) {
      case "DescribeAutoScalingGroups":
        return this.describe(listed(form, "AutoScalingGroupNames"));
      case "DescribeScalingActivities":
        return this.activities(name, form.get("NextToken"));
      case "SetDesiredCapacity":
        await this.groups.setDesiredCapacity(name, Number(form.get("DesiredCapacity")));
        return "";
      case "SetInstanceHealth":
        await this.groups.setInstanceHealth(form.get("InstanceId") ?? "", health(form.get("HealthStatus")));
        return "";
      case "UpdateAutoScalingGroup":
        if (["MinSize", "MaxSize", "DesiredCapacity"].some((size) => form.get(size) !== "0"))
          throw new Error("capacity must be 0");
        await this.groups.setCapacityToZero(name);
        return "";
      case "SuspendProcesses":
        await this.groups.suspend(name, [form.get("ScalingProcesses.member.1") ?? "every process"]);
        return "";
      default:
        throw new AwsError("InvalidAction", `Could not find operation ${action} for version 2011-01-01`);
    }
  }

  private async describe(names: readonly string[]): Promise<string> {
    if (names.length > LONGEST_LIST_OF_NAMES) {
      throw new Error(`The number of group names may not exceed ${String(LONGEST_LIST_OF_NAMES)}`);
    }
    const found: string[] = [];
    for (const name of names) {
      const group = this.groups.groups.get(name);
      if ((await this.groups.instances(name)) !== undefined && group) found.push(groupXml(name, group));
    }
    return element("AutoScalingGroups", members(found));
  }

  private activities(name: string, token: string | null): string {
    const group = this.groups.groups.get(name);
    if (group === undefined) throw new Error(`AutoScalingGroup name not found - ${name}`);
    const { items, next } = page(group.activities, token, this.pageSize);
    const found = items.map(({ cause, status, startTime }, index) =>
      [
        element("ActivityId", `activity-${String(index)}`),
        element("AutoScalingGroupName", name),
        element("Cause", cause),
        element("StartTime", startTime.toISOString()),
        element("StatusCode", status),
      ].join(""),
    );
    const following = next === undefined ? "" : element("NextToken", next);
    return element("Activities", members(found)) + following;
  }
}

function health(status: string | null): "Healthy" | "Unhealthy" {
  if (status === "Healthy" || status === "Unhealthy") return status;
  throw new Error(`${String(status)} is not a valid health status`);
}

function groupXml(name: string, group: FakeGroup): string {
  return [
    element("AutoScalingGroupName", name),
    element(
      "AutoScalingGroupARN",
      `arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/${name}`,
    ),
    element("MinSize", group.minSize),
    element("MaxSize", group.maxSize),
    element("DesiredCapacity", group.desiredCapacity),
    element("DefaultCooldown", 60),
    element("AvailabilityZones", members([ZONE])),
    element("HealthCheckType", "EC2"),
    element("HealthCheckGracePeriod", 300),
    element("Instances", members(group.instances.map(instanceXml))),
    element("CreatedTime", "2026-01-02T03:04:05.000Z"),
    element("SuspendedProcesses", members([...group.suspended].map((process) => element("ProcessName", process)))),
    element("NewInstancesProtectedFromScaleIn", true),
  ].join("");
}

function instanceXml(instance: FakeInstance): string {
  return [
    element("InstanceId", instance.id),
    element("InstanceType", "t3.large"),
    element("AvailabilityZone", ZONE),
    element("LifecycleState", instance.lifecycleState),
    element("HealthStatus", instance.healthStatus ?? "Healthy"),
    element("ProtectedFromScaleIn", instance.protected),
  ].join("");
}
