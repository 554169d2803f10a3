import { AgentToken, withToken } from "../../../../lambda/agent-scaler/buildkite/token";

/** A parameter and a clock that a test can change. */
function parameter() {
  const state = { token: "first", failure: undefined as Error | undefined, now: 1000, reads: 0 };
  const read = () => {
    state.reads += 1;
    return state.failure ? Promise.reject(state.failure) : Promise.resolve(state.token);
  };
  return { state, token: new AgentToken(read, () => state.now) };
}

const failure = new Error("AccessDeniedException: not authorized to perform ssm:GetParameter");

test("the parameter is read once in five minutes", async () => {
  const { state, token } = parameter();
  await token.get();
  state.token = "second";
  state.now += 299;
  expect([await token.get(), state.reads]).toEqual(["first", 1]);
  state.now += 1;
  expect([await token.get(), state.reads]).toEqual(["second", 2]);
});

test("polls of many queues that begin together read it once", async () => {
  const { state, token } = parameter();
  await Promise.all(Array.from({ length: 100 }, () => token.get()));
  expect(state.reads).toBe(1);
});

test("where no token was ever read the error is thrown", async () => {
  const { state, token } = parameter();
  state.failure = failure;
  await expect(token.get()).rejects.toBe(failure);
});

test("where the parameter cannot be read any more the last token is used", async () => {
  const { state, token } = parameter();
  await token.get();
  state.now += 3600;
  state.failure = failure;
  expect(await token.get()).toBe("first");
  state.failure = undefined;
  state.token = "second";
  expect(await token.get()).toBe("second");
});

/** Buildkite, which takes one token only. */
function buildkite(valid: string) {
  const tried: string[] = [];
  const use = (token: string) => {
    tried.push(token);
    return token === valid ? Promise.resolve("answer") : Promise.reject(new Error("401"));
  };
  return { tried, use };
}

const refused = (error: unknown) => (error as Error).message === "401";

test("a token that was rotated is picked up within the same request", async () => {
  const { state, token } = parameter();
  const { tried, use } = buildkite("second");
  await token.get();
  state.token = "second";
  expect(await withToken(token, refused, use)).toBe("answer");
  expect(tried).toEqual(["first", "second"]);
});

test("the same refused token is not sent twice", async () => {
  const { token } = parameter();
  const { tried, use } = buildkite("second");
  await expect(withToken(token, refused, use)).rejects.toThrow("401");
  expect(tried).toEqual(["first"]);
});

test("any other error leaves the token alone", async () => {
  const { state, token } = parameter();
  const use = () => Promise.reject(new Error("500"));
  await expect(withToken(token, refused, use)).rejects.toThrow("500");
  expect(state.reads).toBe(1);
});
