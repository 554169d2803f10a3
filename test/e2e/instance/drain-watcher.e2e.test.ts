import { Machine } from "../../harness/userdata/machine";

const settings = {
  ASG_NAME: "builders-AgentAutoScaleGroup",
  LIFECYCLE_HOOK_NAME: "builders-terminating-hook",
  AWS_REGION: "ap-south-2",
  INSTANCE_TERMINATION_GRACE_PERIOD: "300",
  BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "60",
  BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "0",
};
const limits = "--cli-connect-timeout 5 --cli-read-timeout 10";
const target =
  "--auto-scaling-group-name builders-AgentAutoScaleGroup --lifecycle-hook-name builders-terminating-hook " +
  `--instance-id i-0123456789abcdef0 --region ap-south-2 ${limits}`;
const stop = "systemctl stop --no-block buildkite-agent.service";
const cancel = "systemctl kill --kill-who=main --signal=SIGQUIT buildkite-agent.service";
const kill = "kill -KILL 811 812";
const heartbeat = `timeout 20 aws autoscaling record-lifecycle-action-heartbeat ${target}`;
const complete = `timeout 20 aws autoscaling complete-lifecycle-action --lifecycle-action-result CONTINUE ${target}`;
const shrink =
  "timeout 20 aws autoscaling terminate-instance-in-auto-scaling-group --should-decrement-desired-capacity " +
  `--instance-id i-0123456789abcdef0 --region ap-south-2 ${limits}`;
const state = "autoscaling/target-lifecycle-state";
const spot = "spot/instance-action";
const rebalance = "events/recommendations/rebalance";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

const watch = (changed: Record<string, string> = {}) => machine.run("drain-watcher.sh", { ...settings, ...changed });

test("an instance that stays in service is left alone", () => {
  machine.metadata(state, "0 InService").set("end-of-time", "200");
  expect(watch()).toMatchObject({ calls: [], gone: undefined });
});

test("an agent that has not been started yet has not ended", () => {
  machine.set("agent-state", "inactive").set("never-started", "").set("end-of-time", "200");
  expect(watch()).toMatchObject({ calls: [], gone: undefined });
});

test("the gap within a restart is not the agent's end", () => {
  machine.set("life", "50 inactive\n54 active\n100 failed\n104 activating\n106 active").set("end-of-time", "200");
  expect(watch()).toMatchObject({ calls: [], gone: undefined });
});

describe("the group terminates the instance", () => {
  beforeEach(() => machine.metadata(state, "0 InService", "12 Terminated"));

  test("a busy agent is told once, the hook is kept alive, and completed as soon as the jobs are done", () => {
    machine.set("job-seconds", "150");
    expect(watch()).toMatchObject({
      calls: [`15 ${stop}`, `15 ${heartbeat}`, `75 ${heartbeat}`, `135 ${heartbeat}`, `170 ${complete}`],
      gone: 185,
    });
  });

  test.each(["inactive", "failed"])(
    "an agent that is %s already is not told, the action completes at once",
    (agent) => {
      machine.set("agent-state", agent).set("never-started", "");
      expect(watch().calls).toEqual([`20 ${complete}`]);
    },
  );

  test("an agent that somebody else has stopped gets no second signal, which would cancel its jobs", () => {
    machine.set("stopped-at", "10").set("job-seconds", "30");
    expect(watch().calls).toEqual([`15 ${heartbeat}`, `45 ${complete}`]);
  });

  test("an agent that could not be told is told again", () => {
    machine.set("failures/systemctl-stop", "");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "30" });
    expect(outcome.calls.filter((call) => call.endsWith(stop))).toHaveLength(7);
  });

  test("jobs are cancelled so early that the agent's own grace period ends before the deadline", () => {
    machine.set("job-seconds", "9999");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "100" });
    expect(outcome.calls.slice(1)).toEqual([`15 ${heartbeat}`, `50 ${cancel}`, `75 ${heartbeat}`, `115 ${complete}`]);
  });

  test.each([
    { grace: "10", cancelled: 100 },
    { grace: "60", cancelled: 50 },
    { grace: "600", cancelled: 15 },
  ])("of a grace period of $grace s: what still runs is killed, and the action completes after that", (row) => {
    machine.set("job-seconds", "9999").set("grace", "9999");
    const limits = { INSTANCE_TERMINATION_GRACE_PERIOD: "100", BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: row.grace };
    const { calls } = watch(limits);
    expect(calls.filter((call) => !call.endsWith(heartbeat)).slice(1)).toEqual([
      `${row.cancelled} ${cancel}`,
      `110 ${kill}`,
      `120 ${complete}`,
    ]);
  });

  test("an agent that reports nothing even then does not keep the instance", () => {
    machine.set("job-seconds", "9999").set("grace", "9999").set("failures/kill", "").set("failures/systemctl-kill", "");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "100" });
    expect(outcome.calls.slice(-3)).toEqual([`110 ${kill}`, `115 ${kill}`, `120 ${complete}`]);
  });

  test("jobs are killed, too, when a request hung while it was time for that", () => {
    machine.set("job-seconds", "9999").set("grace", "9999").set("faults/record-lifecycle-action-heartbeat", "hung");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "83" });
    expect(outcome.calls.slice(-3)).toEqual([`75 ${heartbeat}`, `100 ${kill}`, `105 ${complete}`]);
  });

  test("cancelled jobs that end sooner end the waiting", () => {
    machine.set("job-seconds", "9999").set("grace", "1");
    const outcome = watch({ INSTANCE_TERMINATION_GRACE_PERIOD: "100" });
    expect(outcome.calls.slice(-2)).toEqual([`50 ${cancel}`, `60 ${complete}`]);
  });

  test("a failed heartbeat does not end the waiting", () => {
    machine.set("job-seconds", "90").set("failures/record-lifecycle-action-heartbeat", "99");
    expect(watch().calls).toEqual([`15 ${stop}`, `15 ${heartbeat}`, `75 ${heartbeat}`, `110 ${complete}`]);
  });

  test("completing is tried again and again, and the machine is off two minutes after the agent's end at the latest", () => {
    machine.set("job-seconds", "0").set("failures/complete-lifecycle-action", "99");
    const outcome = watch();
    expect(outcome.calls.filter((call) => call.endsWith(complete))).toHaveLength(24);
    expect(outcome.calls.at(-1)).toBe("145 systemctl poweroff --force");
    expect(outcome.gone).toBe(145);
  });

  test("a metadata outage delays the drain and does not start one", () => {
    machine.set("outage", "0 62").set("agent-state", "inactive").set("never-started", "");
    expect(watch().calls.at(-1)).toBe(`70 ${complete}`);
  });

  test("a metadata outage during the drain does not stop it", () => {
    machine.set("outage", "20 40").set("job-seconds", "60");
    expect(watch().calls).toEqual([`15 ${stop}`, `15 ${heartbeat}`, `80 ${complete}`]);
  });

  test("a spot notice during the drain shortens it", () => {
    machine.metadata(spot, "0 none", "50 {}").set("job-seconds", "9999");
    expect(watch().calls.slice(-3)).toEqual([`95 ${cancel}`, `135 ${heartbeat}`, `160 ${complete}`]);
  });

  test("a stack without a hook calls nothing in its name", () => {
    machine.set("job-seconds", "70");
    expect(watch({ LIFECYCLE_HOOK_NAME: "", ASG_NAME: "" }).calls).toEqual([
      `15 ${stop}`,
      "210 systemctl poweroff --force",
    ]);
  });
});

describe("EC2 takes a spot instance back", () => {
  beforeEach(() => machine.metadata(state, "0 InService").metadata(spot, "0 none", "8 {}"));

  test("the agent is told, its jobs are cancelled in time, and the instance leaves its group", () => {
    machine.set("job-seconds", "9999");
    expect(watch().calls).toEqual([`10 ${stop}`, `55 ${cancel}`, `120 ${shrink}`, `125 ${complete}`]);
  });

  test("a lifecycle action that the group starts meanwhile is completed, and nothing else is asked", () => {
    machine.metadata(state, "0 InService", "30 Terminated").set("job-seconds", "40");
    expect(watch().calls).toEqual([`10 ${stop}`, `30 ${heartbeat}`, `55 ${complete}`]);
  });
});

const wishes = [
  { name: "EC2 recommends to leave a spot instance", give: () => machine.metadata(rebalance, "0 none", "8 {}") },
  { name: "terminate-instance was called", give: () => machine.write("run/buildkite-agent/leave", "") },
];
describe.each(wishes)("$name", ({ give }) => {
  beforeEach(() => give().metadata(state, "0 InService"));

  test("the agent is told once, and its jobs have all the time that they need", () => {
    machine.set("job-seconds", "9000").set("end-of-time", "800");
    const outcome = watch();
    expect(outcome.calls).toHaveLength(1);
    expect(outcome.calls[0]).toMatch(new RegExp(`^\\d+ ${stop}$`));
  });

  test("the instance leaves its group when they are done", () => {
    machine.set("job-seconds", "60");
    expect(watch().calls.slice(1)).toEqual([
      expect.stringMatching(new RegExp(`^(70|75) ${shrink}$`)),
      expect.stringMatching(new RegExp(`^(75|80) ${complete}$`)),
    ]);
  });

  test("a spot notice sets a limit after all", () => {
    machine.metadata(spot, "0 none", "50 {}").set("job-seconds", "9999");
    expect(watch().calls.slice(1)).toEqual([`95 ${cancel}`, `160 ${shrink}`, `165 ${complete}`]);
  });
});

test("a warm instance that is terminated is not kept waiting", () => {
  machine.metadata(state, "0 Warmed:Terminated").set("agent-state", "inactive").set("never-started", "");
  expect(watch().calls.at(-1)).toBe(`10 ${complete}`);
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
