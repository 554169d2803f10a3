import { preconditions } from "../../src/value/optional";
import { Value } from "../../src/value/value";

describe("preconditions", () => {
  const open = { holds: Value.expression<boolean>("(var.size > 0)"), message: "size is too small" };

  test("a condition that only Terraform can judge is kept with its message", () => {
    expect(preconditions([open]).map(({ errorMessage }) => errorMessage)).toEqual(["size is too small"]);
  });

  test("one that certainly holds is left out, because Terraform refuses a condition that refers to nothing", () => {
    expect(preconditions([{ holds: Value.of(true), message: "never said" }])).toEqual([]);
  });
});
