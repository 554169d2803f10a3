import { Machine } from "./machine";

const settings = {
  ASG_NAME: "builders-AgentAutoScaleGroup",
  LIFECYCLE_HOOK_NAME: "builders-terminating-hook",
  AWS_REGION: "ap-south-2",
  INSTANCE_TERMINATION_GRACE_PERIOD: "300",
};
const target =
  "--auto-scaling-group-name builders-AgentAutoScaleGroup --lifecycle-hook-name builders-terminating-hook " +
  "--instance-id i-0123456789abcdef0 --region ap-south-2 --cli-connect-timeout 5 --cli-read-timeout 10";
const stop = "systemctl stop --no-block buildkite-agent.service";
const cancel = "systemctl kill --kill-who=main --signal=SIGQUIT buildkite-agent.service";
const heartbeat = `timeout 20 aws autoscaling record-lifecycle-action-heartbeat ${target}`;
const complete = `timeout 20 aws autoscaling complete-lifecycle-action --lifecycle-action-result CONTINUE ${target}`;
const state = "autoscaling/target-lifecycle-state";
const spot = "spot/instance-action";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

const watch = (changed: Record<string, string> = {}) => machine.run("drain-watcher.sh", { ...settings, ...changed });

test("an instance that stays in service is left alone", () => {
  machine.metadata(state, "0 InService").set("end-of-time", "200");
  expect(watch()).toMatchObject({ code: null, calls: [] });
});

describe("the group terminates the instance", () => {
  beforeEach(() => machine.metadata(state, "0 InService", "12 Terminated"));

  test("a busy agent is told once, the hook is kept alive, and completed as soon as the jobs are done", () => {
    machine.set("job-seconds", "150");
    const outcome = watch();
    expect(outcome.calls).toEqual([
      `15 ${stop}`,
      `15 ${heartbeat}`,
      `75 ${heartbeat}`,
      `135 ${heartbeat}`,
      `165 ${complete}`,
    ]);
    expect(outcome.code).toBe(0);
  });

  test.each(["inactive", "failed"])(
    "an agent that is %s already is not told, the action completes at once",
    (agent) => {
      machine.set("agent-state", agent);
      const outcome = watch();
      expect(outcome).toMatchObject({ code: 0, calls: [`15 ${complete}`] });
    },
  );

  test("an agent that somebody else has stopped gets no second signal, which would cancel its jobs", () => {
    machine.set("stopped-at", "10").set("job-seconds", "30");
    const outcome = watch();
    expect(outcome.calls).toEqual([`15 ${heartbeat}`, `40 ${complete}`]);
  });

  test("an agent that could not be told is told again", () => {
    machine.set("failures/systemctl-stop", "");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "30" });
    expect(outcome.calls.filter((call) => call.endsWith(stop))).toHaveLength(7);
  });

  test("when the grace period is over jobs are cancelled, the action completes, no heartbeat follows", () => {
    machine.set("job-seconds", "9999").set("failures/systemctl-kill", "");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "100" });
    expect(outcome.calls.slice(1)).toEqual([`15 ${heartbeat}`, `75 ${heartbeat}`, `95 ${cancel}`, `115 ${complete}`]);
  });

  test("cancelled jobs end the waiting before the grace period does", () => {
    machine.set("job-seconds", "9999");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "100" });
    expect(outcome.calls.slice(-2)).toEqual([`95 ${cancel}`, `100 ${complete}`]);
  });

  test("a grace period of 0 waits for nobody", () => {
    expect(watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "0" }).calls).toEqual([`15 ${stop}`, `15 ${complete}`]);
  });

  test("a failed heartbeat does not end the waiting", () => {
    machine.set("job-seconds", "90").set("failures/record-lifecycle-action-heartbeat", "99");
    expect(watch().calls).toEqual([`15 ${stop}`, `15 ${heartbeat}`, `75 ${heartbeat}`, `105 ${complete}`]);
  });

  test("completing is tried again after growing pauses, and never given up", () => {
    machine.set("agent-state", "inactive").set("failures/complete-lifecycle-action", "6");
    expect(watch()).toMatchObject({
      code: 0,
      calls: [15, 17, 21, 29, 45, 50, 52].map((second) => `${second} ${complete}`),
    });
  });

  test("a metadata outage delays the drain and does not start one", () => {
    machine.set("outage", "0 62").set("agent-state", "inactive");
    const outcome = watch();
    expect(outcome.calls).toEqual([`65 ${complete}`]);
  });

  test("a metadata outage during the drain does not stop it", () => {
    machine.set("outage", "20 40").set("job-seconds", "60");
    expect(watch().calls).toEqual([`15 ${stop}`, `15 ${heartbeat}`, `75 ${complete}`]);
  });

  test("a spot notice during the drain shortens it", () => {
    machine.metadata(spot, "0 none", "50 {}").set("job-seconds", "9999");
    expect(watch().calls.slice(-2)).toEqual([`140 ${cancel}`, `145 ${complete}`]);
  });
});

describe("EC2 takes a spot instance back", () => {
  beforeEach(() => machine.metadata(state, "0 InService").metadata(spot, "0 none", "8 {}").set("end-of-time", "200"));

  test("the agent is told, and its jobs are cancelled in time", () => {
    machine.set("job-seconds", "9999");
    const outcome = watch();
    expect(outcome).toMatchObject({ code: null, calls: [`10 ${stop}`, `100 ${cancel}`] });
  });

  test("a lifecycle action that the group starts afterwards is completed", () => {
    machine.metadata(state, "0 InService", "60 Terminated").set("job-seconds", "30");
    expect(watch()).toMatchObject({ code: 0, calls: [`10 ${stop}`, `60 ${complete}`] });
  });
});

test("a warm instance that is terminated is not kept waiting", () => {
  machine.metadata(state, "0 Warmed:Terminated").set("agent-state", "inactive");
  const outcome = watch();
  expect(outcome.calls).toEqual([`5 ${complete}`]);
});

test("the metadata token appears in no process's arguments", () => {
  machine.metadata(state, "0 Terminated").run("drain-watcher.sh", settings);
  const words = machine.read("fake/curl-arguments");
  expect(words).toContain("meta-data/instance-id");
  expect(words).not.toContain("session-token");
});

test("no request to the metadata service may hang", () => {
  machine.metadata(state, "0 Terminated").run("drain-watcher.sh", settings);
  const requests = machine.read("fake/curl-arguments").split("\n").filter(Boolean);
  expect(requests.filter((words) => !words.includes("--max-time 2"))).toEqual([]);
});

test.each(["ASG_NAME", "LIFECYCLE_HOOK_NAME", "INSTANCE_TERMINATION_GRACE_PERIOD"])(
  "a missing %s is named and nothing is watched",
  (name) => {
    const outcome = watch({ [name]: "" });
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain(name);
  },
);
