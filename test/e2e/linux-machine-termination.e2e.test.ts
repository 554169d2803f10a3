import type { AwsFault } from "../sandbox/aws-front";
import { Cloud } from "../sandbox/cloud";
import { type QueuedJob, Sandbox, type SandboxOptions } from "../sandbox/sandbox";
import { TOKEN } from "../sandbox/scene";
import { withSettings } from "../sandbox/user-data";
import { AwsError } from "../support/aws-wire/answers";

const SPEED = 10;
/** How long a busy test machine may take; how soon the instance goes by its own clock is a matter of unit tests. */
const LIMIT = 150_000;

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.apply({ buildkite_agent_token: TOKEN, max_size: 99, instance_termination_grace_period: 900 });
});

afterAll(() => cloud.stop());

type Settings = Readonly<Record<string, string>>;

async function booted(settings: Settings, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const machine = await Sandbox.start({
    cloud,
    speed: SPEED,
    userData: withSettings(cloud.userData, settings),
    ...options,
  });
  const outcome = await machine.boot();
  if (outcome.code === 0) return machine;
  throw new Error(`the boot failed:\n${await machine.read("/var/log/elastic-stack.log")}`);
}

const signals = (machine: Sandbox) => machine.commands("buildkite-agent").filter((one) => one.includes(" signal "));
const asked = (machine: Sandbox) =>
  machine.aws.requests
    .filter(({ service, action }) => service === "autoscaling" && action !== "RecordLifecycleActionHeartbeat")
    .map(({ action, parameters }) => {
      const shrinks = parameters["ShouldDecrementDesiredCapacity"];
      return shrinks === undefined ? action : `${action} ${shrinks === "true" ? "-1" : "and replace"}`;
    });
const SHRINK = "TerminateInstanceInAutoScalingGroup -1";
const REPLACE = "TerminateInstanceInAutoScalingGroup and replace";
const seconds = (count: number) => `sleep ${String(count)}`;

describe("notices", () => {
  test.concurrent("of the group: the job is finished, heartbeats go out, then the action is completed", async () => {
    const machine = await booted({});
    try {
      const job = machine.queue({ BUILDKITE_COMMAND: seconds(150) });
      expect(await job.started()).toBe(true);
      machine.imds.set("autoscaling/target-lifecycle-state", "Terminated");
      expect(await job.ended(LIMIT)).toMatchObject({ code: 0, cancelled: false });
      expect(machine.isTaken).toBe(false);
      const late = machine.queue();
      expect(await machine.gone(LIMIT)).toBe(true);
      expect(late.isTaken()).toBe(false);
      expect(machine.isTaken).toBe(true);
      expect(signals(machine)).toEqual(["buildkite-agent signal finish"]);
      expect(asked(machine)).toEqual(["CompleteLifecycleAction"]);
      const [complete] = machine.aws.requests.filter(({ action }) => action === "CompleteLifecycleAction");
      expect(complete!.parameters).toMatchObject({
        AutoScalingGroupName: cloud.group,
        InstanceId: machine.instance.id,
        LifecycleActionResult: "CONTINUE",
      });
      expect(
        machine.aws.actions().filter((action) => action === "RecordLifecycleActionHeartbeat").length,
      ).toBeGreaterThan(1);
    } finally {
      await machine.stop();
    }
  });

  test.concurrent("of the group: a job that outlasts the grace period is cancelled, and the machine goes", async () => {
    const machine = await booted({ INSTANCE_TERMINATION_GRACE_PERIOD: "60" });
    try {
      const job = machine.queue({ BUILDKITE_COMMAND: seconds(100_000) });
      expect(await job.started()).toBe(true);
      machine.imds.set("autoscaling/target-lifecycle-state", "Terminated");
      expect(await machine.gone(LIMIT)).toBe(true);
      expect(await job.ended(LIMIT)).toMatchObject({ cancelled: true });
      expect(signals(machine)).toEqual(["buildkite-agent signal finish", "buildkite-agent signal cancel"]);
      expect(asked(machine)).toEqual(["CompleteLifecycleAction"]);
    } finally {
      await machine.stop();
    }
  });

  test.concurrent("of spot: a long job is cancelled, a short one finished, then the machine goes", async () => {
    const machine = await booted({ BUILDKITE_AGENTS_PER_INSTANCE: "2" });
    try {
      const long = machine.queue({ BUILDKITE_COMMAND: seconds(100_000) });
      const short = machine.queue({ BUILDKITE_COMMAND: seconds(30) });
      expect([await long.started(), await short.started()]).toEqual([true, true]);
      machine.imds.set("spot/instance-action", '{"action":"terminate","time":"2030-01-01T00:00:00Z"}');
      expect(await short.ended(LIMIT)).toMatchObject({ code: 0, cancelled: false });
      expect(await long.ended(LIMIT)).toMatchObject({ cancelled: true });
      expect(await machine.gone(LIMIT)).toBe(true);
    } finally {
      await machine.stop();
    }
  });

  test.concurrent("of a rebalance: no more jobs, and the running one may take as long as it likes", async () => {
    const machine = await booted({});
    try {
      const job = machine.queue({ BUILDKITE_COMMAND: seconds(200) });
      expect(await job.started()).toBe(true);
      machine.imds.set("events/recommendations/rebalance", '{"noticeTime":"2030-01-01T00:00:00Z"}');
      expect(await job.ended(LIMIT)).toMatchObject({ code: 0, cancelled: false });
      expect(await machine.gone(LIMIT)).toBe(true);
      expect(signals(machine)).toEqual(["buildkite-agent signal finish"]);
    } finally {
      await machine.stop();
    }
  });
});

interface Ending {
  readonly title: string;
  readonly settings?: Settings;
  readonly atMinimum?: boolean;
  /** What makes the agent end, and the jobs that this must not cut short. */
  readonly end: (machine: Sandbox) => Promise<readonly QueuedJob[]> | readonly QueuedJob[];
  readonly asked: readonly string[];
}

const queued = (machine: Sandbox, command: string) => [machine.queue({ BUILDKITE_COMMAND: command })];
const running = async (machine: Sandbox, command: string) => {
  const [job] = queued(machine, command);
  await job!.started();
  return [job!];
};
const AFTER_JOB = { BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB: "true" };

const endings: readonly Ending[] = [
  {
    title: "idle for as long as the stack allows",
    settings: { BUILDKITE_SCALE_IN_IDLE_PERIOD: "40" },
    end: (machine) => queued(machine, seconds(60)),
    asked: [SHRINK],
  },
  { title: "after its one job", settings: AFTER_JOB, end: (machine) => queued(machine, "true"), asked: [SHRINK] },
  {
    title: "after its one job in a group at its minimum",
    settings: AFTER_JOB,
    atMinimum: true,
    end: (machine) => queued(machine, "true"),
    asked: [SHRINK, REPLACE],
  },
  {
    title: "at the limit of its uptime, its job finished",
    settings: { BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "30" },
    end: (machine) => running(machine, seconds(80)),
    asked: [SHRINK],
  },
  {
    title: "told to go by a job, which goes on to its end",
    end: (machine) => running(machine, "terminate-instance; sleep 60"),
    asked: [SHRINK],
  },
  {
    title: "stopped by the scaler or an operator",
    end: async (machine) => {
      const jobs = await running(machine, seconds(60));
      await machine.must("systemctl stop --no-block buildkite-agent.service");
      return jobs;
    },
    asked: [SHRINK],
  },
  {
    title: "stopped by the function that empties groups",
    end: async (machine) => {
      const jobs = await running(machine, seconds(60));
      await machine.must("pkill --signal TERM --full 'buildkite-agent start'");
      return jobs;
    },
    asked: [SHRINK],
  },
];

describe("the agent's own end", () => {
  test.concurrent.each(endings)(
    "$title: the group takes the instance",
    async ({ settings = {}, atMinimum = false, end, asked: wanted }) => {
      const machine = await booted(settings, { atMinimum });
      try {
        const jobs = await end(machine);
        for (const job of jobs) expect(await job.ended(LIMIT)).toMatchObject({ code: 0, cancelled: false });
        expect(await machine.gone(LIMIT)).toBe(true);
        expect(asked(machine).slice(0, wanted.length)).toEqual(wanted);
        expect(asked(machine)).not.toContain("SetInstanceHealth");
        expect((await cloud.describe()).instances.map(({ id }) => id)).not.toContain(machine.instance.id);
        // Anything else may be a second one, by which the agent would have cancelled its jobs.
        expect(signals(machine).filter((one) => one.endsWith("cancel"))).toEqual([]);
      } finally {
        await machine.stop();
      }
    },
  );

  test.concurrent("idle in a group at its minimum: the agent is started again and takes jobs", async () => {
    const machine = await booted({ BUILDKITE_SCALE_IN_IDLE_PERIOD: "60" }, { atMinimum: true });
    try {
      const starts = () => machine.commands("buildkite-agent").filter((one) => one === "buildkite-agent start").length;
      const patience = Date.now() + LIMIT;
      while (starts() < 2 && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await machine.queue().ended(LIMIT)).toMatchObject({ code: 0 });
      expect(machine.isOff).toBe(false);
      expect(new Set(asked(machine))).toEqual(new Set([SHRINK]));
      expect((await cloud.describe()).instances.map(({ id }) => id)).toContain(machine.instance.id);
    } finally {
      await machine.stop();
    }
  });

  test.concurrent("a crash: the agent is started again, and the instance stays", async () => {
    const machine = await booted({});
    try {
      await machine.must("pkill --signal KILL --full 'buildkite-agent start'");
      expect(await machine.queue().ended(LIMIT)).toMatchObject({ code: 0 });
      expect(asked(machine)).toEqual([]);
    } finally {
      await machine.stop();
    }
  });
});

interface Broken {
  readonly title: string;
  readonly action: RegExp;
  readonly fault: AwsFault;
  readonly isOff: boolean;
}

const terminate = /^TerminateInstance/;
const all = /^(TerminateInstance|SetInstanceHealth|CompleteLifecycle)/;
const denied = { error: new AwsError("AccessDenied", "not allowed", 403) };

const ladder: readonly Broken[] = [
  { title: "terminating is denied", action: terminate, fault: denied, isOff: true },
  { title: "everything is denied", action: all, fault: denied, isOff: true },
  { title: "everything ends in errors of the server", action: all, fault: { status: 500, body: "" }, isOff: true },
  { title: "every connection is cut off", action: all, fault: { delivery: "reset" }, isOff: true },
  { title: "nothing is ever answered", action: all, fault: { delivery: "hung" }, isOff: true },
  { title: "the answers are lost on their way", action: terminate, fault: { delivery: "lost" }, isOff: false },
];

describe("whatever becomes of the requests to the group, the machine is gone after the agent's end", () => {
  test.concurrent.each(ladder)("$title", async ({ action, fault, isOff }) => {
    const machine = await booted(AFTER_JOB);
    try {
      machine.aws.break(action, fault);
      expect(await machine.queue().ended(LIMIT)).toMatchObject({ code: 0 });
      expect(await machine.gone(LIMIT)).toBe(true);
      expect(machine.isOff).toBe(isOff);
      expect(asked(machine)).toContain(SHRINK);
      expect(signals(machine)).toEqual([]);
    } finally {
      await machine.stop();
    }
  });

  test.concurrent("switching off does not work at once: it is done harder", async () => {
    const machine = await booted(AFTER_JOB);
    try {
      machine.aws.break(all, denied);
      machine.answer("systemctl", /^poweroff --force$/, { code: 1 });
      await machine.queue().ended(LIMIT);
      expect(await machine.gone(LIMIT)).toBe(true);
      expect(machine.commands("power off")).toEqual(["power off poweroff --force --force"]);
    } finally {
      await machine.stop();
    }
  });
});
