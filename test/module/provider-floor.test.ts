import { awsVersions, lockedInputs } from "../../src/module/provider-floor";

test("without unlocked inputs the oldest supported provider will do", () => {
  expect(awsVersions([])).toBe(">= 5.100.0, < 7.0.0");
});

test("an unlocked input raises the oldest provider, not the newest", () => {
  expect(awsVersions(["enable_nested_virtualization"])).toBe(">= 6.33.0, < 7.0.0");
});

test("an input that every provider knows raises nothing", () => {
  expect(awsVersions(["min_size"])).toBe(">= 5.100.0, < 7.0.0");
});

test("exactly the inputs that name a provider are locked", () => {
  expect(lockedInputs).toEqual(["enable_nested_virtualization"]);
});
