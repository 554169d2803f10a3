import { memoryAfterAction, decide } from "../../../../lambda/agent-scaler/decision/decide";
import { deviations, deviationsWithIdleAgents } from "./deviations";
import { type Outcome, type Vector, vectors } from "./vectors";

function outcomeOf({ params, metrics, asg, state }: Pick<Vector, "params" | "metrics" | "asg" | "state">): Outcome {
  const decision = decide({ params, metrics, asg, state });
  const after = memoryAfterAction(decision, state.now);
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

/** What is expected where Buildkite says nothing of idle agents, and where it does. */
const expected = ({ name, expect: theirs }: Vector) => ({ ...theirs, ...deviating(name)?.expect });
const deviatingWithIdleAgents = (name: string) => deviationsWithIdleAgents.find((deviation) => deviation.name === name);

test.each(decisions)("the same where Buildkite reports idle agents, or as listed: $name", (vector) => {
  const { agentsTotal, running } = vector.metrics;
  const metrics = { ...vector.metrics, agentsIdle: Math.max(agentsTotal - running, 0) };
  const own = deviatingWithIdleAgents(vector.name)?.expect;
  expect(outcomeOf({ ...vector, metrics })).toEqual({ ...expected(vector), ...own });
});

test("each deviation with reported idle agents belongs to a vector and differs from it", () => {
  const differing = deviationsWithIdleAgents.filter(({ name, expect: own }) => {
    const vector = decisions.find((one) => one.name === name);
    return vector && JSON.stringify({ ...expected(vector), ...own }) !== JSON.stringify(expected(vector));
  });
  expect(differing).toEqual(deviationsWithIdleAgents);
});

test("each deviation belongs to a vector and differs from it", () => {
  const differing = deviations.filter(({ name, expect: own }) => {
    const vector = vectors.find((one) => one.name === name);
    return vector !== undefined && JSON.stringify({ ...vector.expect, ...own }) !== JSON.stringify(vector.expect);
  });
  expect(differing).toEqual(deviations);
});
