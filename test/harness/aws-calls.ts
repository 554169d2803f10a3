import { join } from "node:path";
import { type Environment, run } from "./processes";

export interface AwsCall {
  /** As boto3 names them: "ec2" and "describe_vpcs"; `describe-vpcs` is understood too. */
  readonly service: string;
  readonly operation: string;
  readonly params?: Record<string, unknown>;
  readonly region: string;
  /** A JMESPath expression that picks from the result. */
  readonly query?: string;
}

type Answer = { readonly result: unknown } | { readonly error: string };

/**
 * Makes AWS calls through boto3, which comes with moto, so that no further tool is needed. Results of operations
 * with pages are complete; bytes come as text, or as base64 where they are no text.
 */
export async function callAws(python: string, env: Environment, calls: readonly AwsCall[]): Promise<unknown[]> {
  const requests = calls.map((call) => ({ params: {}, ...call, operation: call.operation.replaceAll("-", "_") }));
  const script = join(__dirname, "aws_calls.py");
  const outcome = await run(python, [script], { env, input: JSON.stringify(requests), timeoutMs: 300_000 });
  if (outcome.code !== 0) throw new Error(`calling AWS failed:\n${outcome.output}`);
  return (JSON.parse(outcome.stdout) as Answer[]).map((answer, i) => {
    if ("result" in answer) return answer.result;
    throw new Error(`${calls[i]?.service} ${calls[i]?.operation}: ${answer.error}`);
  });
}
