import { vectors } from "../../lambda/agent-scaler/decision/vectors";
import { referencePoll } from "../../../programs/simulate/reference";

test.each(vectors)("the reference does what Buildkite's scaler does: $name", (vector) => {
  expect(referencePoll(vector)).toEqual(vector.expect);
});
