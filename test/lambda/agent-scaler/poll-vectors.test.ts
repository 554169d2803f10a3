import { newTarget, type Target } from "../../../lambda/agent-scaler/state/target";
import { poll, type PollResult } from "../../../lambda/agent-scaler/poll";
import { answerOf, fail, FakePorts, groupOf } from "../../harness/scaler/fake-ports";
import { deviations } from "./decision/deviations";
import { type Outcome, type Vector, vectors } from "./decision/vectors";

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

/** In Elastic CI mode a second poll reads the results of the survey that the first one sent. */
async function polled(target: Target): Promise<PollResult> {
  const [first] = await poll([target], ports);
  if (!target.settings.elasticCIMode) return first!;
  ports.time += 5;
  const [second] = await poll([target], ports);
  return second!;
}

async function outcomeOf({ params, metrics, asg, state, faults }: Vector): Promise<Outcome> {
  ports.time = state.now;
  const target = newTarget("default", "ci-asg", params, 5);
  target.memory = { lastScaleIn: state.lastScaleIn, lastScaleOut: state.lastScaleOut };
  ports.groupStates.set("ci-asg", groupOf(asg));
  // As many instances as there are jobs have one.
  groupOf(asg).instances.forEach(({ id }, index) => ports.instances.add(id, { jobs: index < metrics.running ? 1 : 0 }));
  ports.answer = faults["metricsApi"] ? fail("500") : () => answerOf(metrics);
  if (faults["describe"]) ports.beforeDescribe = fail("Throttling");
  if (faults["setDesired"]) ports.beforeWrite = fail("ScalingActivityInProgress");
  const { evaluation, written, stopSent, failures } = await polled(target);
  return {
    action: written === undefined && stopSent.length === 0 ? "none" : evaluation!.decision.action,
    desired: ports.groupStates.get("ci-asg")!.desired,
    error: failures.length > 0,
    lastScaleInUpdated: target.memory.lastScaleIn !== state.lastScaleIn,
    lastScaleOutUpdated: target.memory.lastScaleOut !== state.lastScaleOut,
    sigterm: stopSent.length,
    danglingChecks: evaluation?.decision.danglingChecks ?? [],
  };
}

const calls = ["metricsApi", "publish", "describe", "setDesired"];
const rows = vectors
  .filter(({ faults }) => calls.some((call) => faults[call]))
  .map((vector) => ({ ...vector, deviation: deviations.find(({ name }) => name === vector.name) }));

test.each(rows.filter(({ deviation }) => !deviation))("as Buildkite's scaler: $name", async (vector) => {
  expect(await outcomeOf(vector)).toEqual(vector.expect);
});

test.each(rows.filter(({ deviation }) => deviation))(
  "better than Buildkite's scaler: $name, because $deviation.because",
  async ({ deviation, ...vector }) => {
    expect(await outcomeOf(vector)).toEqual({ ...vector.expect, ...deviation?.expect });
  },
);
