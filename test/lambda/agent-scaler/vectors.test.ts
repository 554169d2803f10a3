import { afterwards, decide } from "../../../lambda/agent-scaler/decide";
import { deviations } from "./deviations";
import { type Outcome, type Vector, vectors } from "./vectors";

function outcomeOf({ params, metrics, asg, state }: Vector): Outcome {
  const decision = decide({ params, metrics, asg, state });
  const after = afterwards(decision, state.now);
  const acted = decision.action !== "none";
  return {
    action: decision.action,
    desired: decision.desired,
    error: false,
    lastScaleInUpdated: acted && after.lastScaleIn === state.now && decision.action === "scale_in",
    lastScaleOutUpdated: acted && after.lastScaleOut === state.now && decision.action === "scale_out",
    sigterm: decision.stop,
    danglingChecks: decision.danglingChecks,
  };
}

/** Where a call fails, more than the decision is asked for: those rows run in poll.test.ts. */
const decisions = vectors.filter(({ faults }) => Object.keys(faults).every((call) => call === "activityLookup"));
const deviating = (name: string) => deviations.find((deviation) => deviation.name === name);

test.each(decisions.filter(({ name }) => !deviating(name)))("as Buildkite's scaler decides: $name", (vector) => {
  expect(outcomeOf(vector)).toEqual(vector.expect);
});

const deviatingDecisions = decisions.flatMap((vector) => {
  const deviation = deviating(vector.name);
  return deviation ? [{ ...deviation, vector }] : [];
});

test.each(deviatingDecisions)("better than Buildkite's scaler: $name, because $because", ({ expect: own, vector }) => {
  expect(outcomeOf(vector)).toEqual({ ...vector.expect, ...own });
});

test("each deviation belongs to a vector and differs from it", () => {
  const differing = deviations.filter(({ name, expect: own }) => {
    const vector = vectors.find((one) => one.name === name);
    return vector !== undefined && JSON.stringify({ ...vector.expect, ...own }) !== JSON.stringify(vector.expect);
  });
  expect(differing).toEqual(deviations);
});
