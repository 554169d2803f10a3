import { AwsError, failed, succeeded } from "./aws-wire/answers";
import type { Protocol } from "./aws-wire/answers";
import { AutoScalingWire } from "./aws-wire/auto-scaling";
import { SystemsManagerWire } from "./aws-wire/systems-manager";
import { FakeAutoScaling } from "./fake-auto-scaling";
import { FakeSystemsManager } from "./fake-systems-manager";
import { type Fault, FaultPlan, spoil } from "./fault-plan";
import { LoopbackServer } from "./loopback-server";
import type { Answer, Request } from "./loopback-server";

export interface AwsFault extends Fault {
  /** Refused with this error; nothing is done. */
  readonly error?: AwsError;
}

/** Auto Scaling and Systems Manager over HTTP, in the wire formats of AWS, in front of the fakes. */
export class FakeAwsApi {
  readonly autoScaling = new FakeAutoScaling();
  readonly systemsManager = new FakeSystemsManager();
  readonly wires = {
    autoScaling: new AutoScalingWire(this.autoScaling),
    systemsManager: new SystemsManagerWire(this.systemsManager),
  };
  /** As they came over the wire. */
  readonly commands = this.wires.systemsManager.commands;
  /** The action of every request, in order of arrival. */
  readonly actions: string[] = [];
  /** The subject of a fault is the name of an action. */
  readonly faults = new FaultPlan<AwsFault>();
  private readonly server = new LoopbackServer((request) => this.answer(request));

  start(): Promise<string> {
    return this.server.start();
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async answer({ headers, body }: Request): Promise<Answer> {
    const target = headers["x-amz-target"];
    if (typeof target === "string") {
      const action = target.replace("AmazonSSM.", "");
      return this.act("json", action, async () => JSON.stringify(await this.wires.systemsManager.result(action, body)));
    }
    const form = new URLSearchParams(body);
    const action = form.get("Action") ?? "";
    return this.act("query", action, () => this.wires.autoScaling.result(action, form));
  }

  private async act(protocol: Protocol, action: string, perform: () => string | Promise<string>): Promise<Answer> {
    this.actions.push(action);
    const fault = this.faults.next(action);
    try {
      if (fault?.error !== undefined) throw fault.error;
      // What never arrives was never done, so that a test can tell a retried write from a repeated one.
      const { delivery } = fault ?? {};
      if (delivery === "hung" || delivery === "reset") return { status: 0, body: "", delivery };
      return spoil(succeeded(protocol, action, await perform()), fault);
    } catch (error) {
      if (error instanceof AwsError) return failed(protocol, error);
      throw error;
    }
  }
}
