import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { MemoryStore } from "./memory";

/** The agent token: a parameter by name or ARN, or a secret by Parameter Store's reference to Secrets Manager. */
export async function readToken(client: SSMClient, name: string): Promise<string> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    const token = Parameter?.Value?.trim() ?? "";
    if (token === "") throw new Error("it is empty");
    return token;
  } catch (error) {
    const because = error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : "";
    throw new Error(`the agent token cannot be read from parameter ${JSON.stringify(name)}: ${because}`, {
      cause: error,
    });
  }
}

export function memoryParameter(client: SSMClient, name: string): MemoryStore {
  return {
    async load() {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
      return Parameter?.Value ?? "{}";
    },
    async save(text) {
      await client.send(new PutParameterCommand({ Name: name, Value: text, Type: "String", Overwrite: true }));
    },
  };
}
