import { reasonOf } from "../../../lambda/publish/reason";

const aws = { region: "eu-west-1", bucket: "lambdas", endpoint: undefined };
const elsewhere = { ...aws, endpoint: "http://s3.test" };
const failure = (fields: object, message = "first line\nsecond line") => Object.assign(new Error(message), fields);

const rows = [
  {
    name: "no credentials",
    error: failure({ name: "CredentialsProviderError" }, "Could not load credentials from any providers"),
    reason: "no AWS credentials: set AWS_PROFILE, or sign in. Could not load credentials from any providers",
  },
  {
    name: "a session that has ended",
    error: failure({ name: "TokenProviderError" }, "run 'aws sso login'"),
    reason: "no AWS credentials: set AWS_PROFILE, or sign in. run 'aws sso login'",
  },
  {
    name: "no such host",
    error: failure({ code: "ENOTFOUND" }, "getaddrinfo ENOTFOUND s3.test"),
    place: elsewhere,
    reason: "cannot reach http://s3.test: getaddrinfo ENOTFOUND s3.test",
  },
  {
    name: "a broken connection, which the SDK calls a timeout",
    error: failure({ name: "TimeoutError", code: "ECONNRESET", $metadata: { attempts: 4 } }, "socket hang up"),
    reason: "cannot reach S3 in eu-west-1 after 4 attempts: socket hang up",
  },
  {
    name: "a connection that takes too long",
    error: failure({ name: "TimeoutError", code: "ETIMEDOUT", $metadata: { attempts: 4 } }),
    reason: "S3 in eu-west-1 does not answer in time after 4 attempts.",
  },
  {
    name: "the end of all patience",
    error: new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    reason: "S3 in eu-west-1 does not answer in time.",
  },
  {
    name: "a denial without words",
    error: failure({ $metadata: { httpStatusCode: 403 } }, "UnknownError"),
    reason:
      "access to the bucket lambdas is denied: the credentials need s3:ListBucket on it, " +
      "s3:GetObject and s3:PutObject in it, and the use of its KMS key where it has one.",
  },
  {
    name: "anything else",
    error: failure({ name: "InvalidRequest", $metadata: { httpStatusCode: 400 } }),
    reason: "the request failed (400 InvalidRequest): first line",
  },
  {
    name: "what never reached the store",
    error: failure({}),
    reason: "the request failed (no answer Error): first line",
  },
];

test.each(rows)("$name", ({ error, place = aws, reason }) => expect(reasonOf(error, place)).toBe(reason));
