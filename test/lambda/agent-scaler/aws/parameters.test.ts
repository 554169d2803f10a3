import { SSMClient } from "@aws-sdk/client-ssm";
import { memoryParameter, readToken } from "../../../../lambda/agent-scaler/aws/parameters";
import { FakeAwsApi } from "../../../harness/fake-aws-api";

let api: FakeAwsApi;
let client: SSMClient;

beforeEach(async () => {
  api = new FakeAwsApi();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new SSMClient({ endpoint: await api.start(), region: "us-east-1", credentials, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await api.stop();
});

const names = [
  { form: "name", stored: "/ci/token", asked: "/ci/token" },
  { form: "ARN", stored: "/ci/token", asked: "arn:aws:ssm:us-east-1:123456789012:parameter/ci/token" },
  {
    form: "reference to a secret",
    stored: "/aws/reference/secretsmanager/ci",
    asked: "/aws/reference/secretsmanager/ci",
  },
];

test.each(names)("the token is read by $form, decrypted", async ({ stored, asked }) => {
  api.systemsManager.secret(stored, "bkct_secret");
  expect(await readToken(client, asked)).toBe("bkct_secret");
});

test("a line break that was stored with the token is no part of it", async () => {
  api.systemsManager.secret("/ci/token", "bkct_secret\n");
  expect(await readToken(client, "/ci/token")).toBe("bkct_secret");
});

test("an empty parameter is an error that names it", async () => {
  api.systemsManager.secret("/ci/token", " \n");
  await expect(readToken(client, "/ci/token")).rejects.toThrow(
    'the agent token cannot be read from parameter "/ci/token": it is empty',
  );
});

test("a parameter that does not exist is an error that names it and AWS's reason", async () => {
  await expect(readToken(client, "/ci/token")).rejects.toThrow(
    /^the agent token cannot be read from parameter "\/ci\/token": ParameterNotFound/,
  );
});

test("what was saved is loaded again", async () => {
  api.systemsManager.store("/ci/memory", "{}");
  const store = memoryParameter(client, "/ci/memory");
  expect(await store.load()).toBe("{}");
  await store.save('{"groups":{}}');
  expect(await store.load()).toBe('{"groups":{}}');
  expect(api.systemsManager.parameters.get("/ci/memory")).toMatchObject({ type: "String", version: 2 });
});
