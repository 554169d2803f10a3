import { type Place } from "./store";

/** What the SDK's errors and Node's have in common, as far as they have it. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const CREDENTIALS = [
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "InvalidClientTokenId",
];
const THROTTLED = ["SlowDown", "Throttling", "ThrottlingException", "TooManyRequests", "RequestLimitExceeded"];
const TIMEOUT = ["TimeoutError", "AbortError"];

export function statusOf(error: unknown): number | undefined {
  return (error as Failure).$metadata?.httpStatusCode;
}

function elsewhere({ bucket, region }: Place, actual: string): string {
  return `the bucket ${bucket} lies in ${actual}, and Lambda takes code only from a bucket in ${region}.`;
}

/** One sentence for the user. */
export function reasonOf(error: unknown, place: Place): string {
  const failure = error as Failure;
  const { name = "", $metadata: { attempts = 1 } = {} } = failure;
  const { bucket, region } = place;
  const status = statusOf(error) ?? 0;
  const actual = failure.$response?.headers?.["x-amz-bucket-region"] ?? region;
  const after = attempts > 1 ? ` after ${attempts} attempts` : "";
  if (actual !== region) return elsewhere(place, actual);
  if (/^(Credentials|Token)ProviderError$/.test(name))
    return `no AWS credentials: set AWS_PROFILE, or sign in. ${said(failure)}`;
  if (CREDENTIALS.includes(name)) return `AWS refuses the credentials (${name}): ${said(failure)}`;
  if (name === "NoSuchBucket") return `there is no bucket ${bucket}: create it in ${region}.`;
  if (THROTTLED.includes(name) || status === 429 || status === 503)
    return `the store is too busy for more requests${after} (${status} ${name}): run the command again later.`;
  if (status === 403) return `${denied(bucket)}${detail(failure)}`;
  if (status >= 500) return `the store failed${after} (${status} ${name}): run the command again.`;
  // Node's code comes first: the SDK calls a broken connection a timeout.
  if (typeof failure.code === "string" && failure.code !== "ETIMEDOUT")
    return `cannot reach ${host(place)}${after}: ${said(failure)}`;
  if (TIMEOUT.includes(name)) return `${host(place)} does not answer in time${after}.`;
  return `the request failed (${status || "no answer"} ${name}): ${said(failure)}`;
}

function denied(bucket: string): string {
  return (
    `access to the bucket ${bucket} is denied: the credentials need s3:ListBucket on it, s3:GetObject and s3:PutObject ` +
    "in it, and the use of its KMS key where it has one."
  );
}

/** What the store adds. An answer to a HEAD request has no body, and the SDK then writes a placeholder. */
function detail(failure: Failure): string {
  return /^(Unknown|UnknownError|Forbidden)?$/.test(failure.message ?? "") ? "" : ` It says: ${said(failure)}`;
}

function said({ message = "", name = "an unknown error" }: Failure): string {
  return message.split("\n")[0] || name;
}

function host({ endpoint, region }: Place): string {
  return endpoint ?? `S3 in ${region}`;
}
