import { newTarget } from "../../../lambda/agent-scaler/state/target";
import { evaluate } from "../../../lambda/agent-scaler/decision/evaluate";
import { parseConfig } from "../../../lambda/agent-scaler/config";
import { pollRecord } from "../../../lambda/agent-scaler/record";
import { decisionInWords, pollsIn } from "../../../programs/demo/poll-record";

const environment = {
  BUILDKITE_QUEUE: "default",
  ASG_NAME: "group",
  AGENTS_PER_INSTANCE: "2",
  BUILDKITE_AGENT_TOKEN: "token",
};

/** The line that AgentScaler writes of a poll which saw so many jobs and such a group. */
function line(jobs: number, desired: number, environmentToo: Record<string, string> = {}): string {
  const [target] = parseConfig({ ...environment, ...environmentToo }).targets;
  const { settings } = target!;
  const metrics = { scheduled: jobs, running: 0, waiting: 0, agentsTotal: 0, agentsIdle: 0, agentsBusy: 0 };
  const group = { desired, min: 0, max: 10, instances: [] };
  const own = newTarget("default", "group", settings, 5);
  const evaluation = evaluate({ settings, metrics, group, now: 1000 }, own.memory, own.boots);
  const written = evaluation.decision.desired === desired ? undefined : evaluation.decision.desired;
  const response = { metrics, organization: "acme", pollDuration: undefined };
  const result = { target: own, failures: [], evaluation, response, written, stopSent: [], unhealthy: [] };
  return JSON.stringify(pollRecord(result, { startedAt: 0, endedAt: 1 }, "acme", true));
}

test.each([
  { what: "more jobs than instances", log: line(14, 2), words: "grow 2 to 7: 14 jobs" },
  { what: "as many as are needed", log: line(4, 2), words: "hold: enough" },
  { what: "too many instances", log: line(0, 3), words: "shrink 3 to 0: more than needed" },
  {
    what: "too many, which may not be changed",
    log: line(0, 3, { DISABLE_SCALE_IN: "true" }),
    words: "hold: scale-in disabled",
  },
])("AgentScaler's own line about $what reads: $words", ({ log, words }) => {
  expect(pollsIn(`${log}\n`).map(decisionInWords)).toEqual([words]);
});

test("other lines of the log are passed over", () => {
  const log = [
    "START",
    '{"message":"the memory cannot be read"}',
    '{"message":"poll","failed":["metrics"]}',
    line(4, 2),
    "",
  ];
  expect(pollsIn(log.join("\n")).map(decisionInWords)).toEqual(["hold: enough"]);
});
