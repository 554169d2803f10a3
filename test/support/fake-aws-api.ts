import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeAutoScaling } from "./fake-auto-scaling";
import { FakeSystemsManager } from "./fake-systems-manager";

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface SendCommandInput {
  readonly DocumentName: string;
  readonly InstanceIds: string[];
  readonly Parameters: Readonly<Record<string, string[]>>;
}

/** The two services over HTTP, in the wire formats of AWS, in front of the fakes. */
export class FakeAwsApi {
  readonly autoScaling = new FakeAutoScaling();
  readonly systemsManager = new FakeSystemsManager();
  /** As they came over the wire. */
  readonly commands: SendCommandInput[] = [];
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request).then(({ status, body }) => response.writeHead(status).end(body));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = request.headers["x-amz-target"];
    if (target === "AmazonSSM.SendCommand") return this.sendCommand(JSON.parse(body) as SendCommandInput);
    return target === undefined ? this.query(new URLSearchParams(body)) : jsonError("UnknownOperation", String(target));
  }

  private async sendCommand(input: SendCommandInput): Promise<Answer> {
    this.commands.push(input);
    const system = input.DocumentName === "AWS-RunPowerShellScript" ? "windows" : "linux";
    const timeout = Number(input.Parameters["executionTimeout"]?.[0]);
    try {
      const outcome = await this.systemsManager.stopAgents(input.InstanceIds, system, timeout);
      if (outcome === "refused") return jsonError("InvalidInstanceId", "Instances not in a valid state for account");
      return { status: 200, body: JSON.stringify({ Command: { CommandId: "command-1" } }) };
    } catch (error) {
      return jsonError("ValidationException", (error as Error).message);
    }
  }

  private async query(form: URLSearchParams): Promise<Answer> {
    const action = form.get("Action") ?? "";
    try {
      const result = await this.autoScalingAction(action, form);
      return {
        status: 200,
        body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
      };
    } catch (error) {
      const fault = `<Type>Sender</Type><Code>ValidationError</Code><Message>${(error as Error).message}</Message>`;
      return { status: 400, body: `<ErrorResponse><Error>${fault}</Error></ErrorResponse>` };
    }
  }

  private async autoScalingAction(action: string, form: URLSearchParams): Promise<string> {
    const name = form.get("AutoScalingGroupName") ?? "";
    switch (action) {
      case "DescribeAutoScalingGroups":
        return this.describe(form.get("AutoScalingGroupNames.member.1") ?? "");
      case "UpdateAutoScalingGroup":
        if (["MinSize", "MaxSize", "DesiredCapacity"].some((size) => form.get(size) !== "0"))
          throw new Error("capacity must be 0");
        await this.autoScaling.setCapacityToZero(name);
        return "";
      case "SuspendProcesses":
        await this.autoScaling.suspend(name, [form.get("ScalingProcesses.member.1") ?? "every process"]);
        return "";
      default:
        throw new Error(`unknown action ${action}`);
    }
  }

  private async describe(name: string): Promise<string> {
    const instances = await this.autoScaling.instances(name);
    if (instances === undefined) return "<AutoScalingGroups/>";
    const members = instances.map(
      ({ id, lifecycleState }) =>
        `<member><InstanceId>${id}</InstanceId><LifecycleState>${lifecycleState}</LifecycleState></member>`,
    );
    const group = `<AutoScalingGroupName>${name}</AutoScalingGroupName><Instances>${members.join("")}</Instances>`;
    return `<AutoScalingGroups><member>${group}</member></AutoScalingGroups>`;
  }
}

function jsonError(type: string, message: string): Answer {
  return { status: 400, body: JSON.stringify({ __type: type, message }) };
}
