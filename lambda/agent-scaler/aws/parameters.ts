import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { MemoryStore } from "../ports";

/** The agent token from a parameter, by its name or ARN, or from a secret, by Parameter Store's reference to Secrets Manager. */
export function readToken(client: SSMClient, name: string): Promise<string> {
  return withParameterName("the agent token cannot be read from parameter", name, async () => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    const token = Parameter?.Value?.trim() ?? "";
    if (token === "") throw new Error("it is empty");
    return token;
  });
}

export function memoryParameter(client: SSMClient, name: string): MemoryStore {
  return {
    load: () =>
      withParameterName("parameter", name, async () => {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
        return Parameter?.Value ?? "{}";
      }),
    save: (text) =>
      withParameterName("parameter", name, async () => {
        await client.send(new PutParameterCommand({ Name: name, Value: text, Type: "String", Overwrite: true }));
      }),
  };
}

/** Adds the parameter's name to an error. */
async function withParameterName<T>(what: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const because = error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : "";
    throw new Error(`${what} ${JSON.stringify(name)}: ${because}`, { cause: error });
  }
}
