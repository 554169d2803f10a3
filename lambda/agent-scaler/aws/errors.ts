import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { SSMClient } from "@aws-sdk/client-ssm";

/** Every error of AWS tells on one line which call it belongs to. Its class stays what it is. */
export function nameErrors(client: AutoScalingClient | SSMClient): void {
  const { middlewareStack } = client as Pick<SSMClient, "middlewareStack">;
  middlewareStack.add(
    (next, { commandName = "" }) =>
      async (request) => {
        try {
          return await next(request);
        } catch (error) {
          const call = commandName.replace(/Command$/, "");
          if (error instanceof Error) error.message = `${call}: ${error.message.split("\n")[0] ?? ""}`;
          throw error;
        }
      },
    { step: "initialize", priority: "high", name: "nameErrors" },
  );
}
