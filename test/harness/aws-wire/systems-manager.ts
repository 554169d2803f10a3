import type { FakeSystemsManager } from "../fake-systems-manager";
import { AwsError, page } from "./answers";

export interface SendCommandInput {
  readonly DocumentName: string;
  readonly InstanceIds: string[];
  readonly Parameters: Readonly<Record<string, string[]>>;
}

interface Filter {
  readonly Key: string;
  readonly Values: readonly string[];
}

interface Input extends SendCommandInput {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: "String" | "SecureString";
  readonly Overwrite?: boolean;
  readonly WithDecryption?: boolean;
  readonly Filters?: readonly Filter[];
  readonly CommandId?: string;
  readonly InstanceId?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

const LONGEST_FILTER = 100;

/** Systems Manager's actions, as they come over the wire. */
export class SystemsManagerWire {
  readonly commands: SendCommandInput[] = [];
  /** Most entries in one answer, whatever a request asks for. */
  pageSize = 50;

  constructor(private readonly systemsManager: FakeSystemsManager) {}

  async result(action: string, body: string): Promise<object> {
    const input = JSON.parse(body) as Input;
    switch (action) {
      case "GetParameter":
        return this.getParameter(input);
      case "PutParameter":
        return this.putParameter(input);
      case "SendCommand":
        return this.sendCommand(input);
      case "DescribeInstanceInformation":
        return this.information(input);
      case "ListCommandInvocations":
        return this.invocations(input);
      default:
        throw new AwsError("UnknownOperationException", `unknown action ${action}`);
    }
  }

  private getParameter({ Name: asked, WithDecryption: decrypted = false }: Input): object {
    const name = parameterName(asked);
    const found = this.systemsManager.parameters.get(name);
    if (found === undefined) throw new AwsError("ParameterNotFound");
    const value = found.type === "SecureString" && !decrypted ? "AQICAHencrypted" : found.value;
    return { Parameter: { Name: name, Type: found.type, Value: value, Version: found.version } };
  }

  private putParameter({
    Name: name,
    Value: value,
    Type: type = "String",
    Overwrite: overwrite = false,
  }: Input): object {
    if (this.systemsManager.parameters.has(name) && !overwrite) {
      throw new AwsError("ParameterAlreadyExists", "The parameter already exists.");
    }
    if (value.length > 4096) {
      throw new AwsError("ValidationException", "Standard tier parameters support a maximum of 4096 characters.");
    }
    return { Version: this.systemsManager.store(name, value, type).version, Tier: "Standard" };
  }

  private async sendCommand(input: Input): Promise<object> {
    this.commands.push(input);
    const system = input.DocumentName === "AWS-RunPowerShellScript" ? "windows" : "linux";
    const timeout = Number(input.Parameters["executionTimeout"]?.[0]);
    const outcome = await this.systemsManager
      .stopAgents(input.InstanceIds, system, timeout)
      .catch((error: unknown) => Promise.reject(new AwsError("ValidationException", (error as Error).message)));
    if (outcome === "refused") {
      throw new AwsError("InvalidInstanceId", "Instances not in a valid state for account");
    }
    return { Command: { CommandId: `command-${String(this.commands.length)}`, Status: "Pending" } };
  }

  private information({ Filters: filters = [], MaxResults: size = 50, NextToken: token }: Input): object {
    const ids = filters.flatMap(({ Key, Values }) => (Key === "InstanceIds" ? Values : []));
    if (ids.length > LONGEST_FILTER) throw new AwsError("ValidationException", "at most 100 values in a filter");
    const online = ids.filter((id) => !this.systemsManager.unknown.has(id));
    const { items, next } = page(online, token, Math.min(size, this.pageSize));
    const list = items.map((id) => ({ InstanceId: id, PingStatus: "Online", PlatformType: "Linux" }));
    return { InstanceInformationList: list, ...(next === undefined ? {} : { NextToken: next }) };
  }

  private invocations({
    CommandId: command,
    InstanceId: only,
    NextToken: token,
    MaxResults: size = 50,
  }: Input): object {
    const number = Number(command?.replace("command-", ""));
    const asked = this.commands[number - 1]?.InstanceIds ?? [];
    const { items, next } = page(
      asked.filter((id) => only === undefined || id === only),
      token,
      Math.min(size, this.pageSize),
    );
    const list = items.map((id) => {
      const { status, output } = this.systemsManager.outcome(id);
      const plugins = [{ Name: "aws:runShellScript", Status: status, Output: output }];
      return { CommandId: command, InstanceId: id, Status: status, StatusDetails: status, CommandPlugins: plugins };
    });
    return { CommandInvocations: list, ...(next === undefined ? {} : { NextToken: next }) };
  }
}

/** A parameter of another account is asked for by its ARN. */
function parameterName(asked: string): string {
  return /^arn:[^:]+:ssm:[^:]+:\d+:parameter(\/.+)$/.exec(asked)?.[1] ?? asked;
}
