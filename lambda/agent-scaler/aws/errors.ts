import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { SSMClient } from "@aws-sdk/client-ssm";

/** Prefixes the message of every AWS error with the operation, and cuts it to one line. The error's class stays. */
export function prefixErrors(client: AutoScalingClient | SSMClient): void {
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
    { step: "initialize", priority: "high", name: "prefixErrors" },
  );
}
