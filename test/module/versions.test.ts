import { table } from "../../src/elastic-ci-stack/inputs/table";
import { awsVersions } from "../../src/module/versions";
import { lockedInputs } from "../../src/schema/from-variables";

test("without unlocked inputs the oldest supported provider will do", () => {
  expect(awsVersions(table, [])).toBe(">= 5.100.0, < 7.0.0");
});

test("an unlocked input raises the oldest provider, not the newest", () => {
  expect(awsVersions(table, ["enable_nested_virtualization"])).toBe(">= 6.33.0, < 7.0.0");
});

test("an input that every provider knows raises nothing", () => {
  expect(awsVersions(table, ["min_size"])).toBe(">= 5.100.0, < 7.0.0");
});

test("exactly the inputs that name a provider are locked", () => {
  expect(lockedInputs(table)).toEqual(["enable_nested_virtualization"]);
});
