import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Cloud } from "../../harness/sandbox/cloud";
import { eventually } from "../../harness/sandbox/eventually";
import {
  AFTER_JOB,
  asked,
  CANCEL,
  COMPLETE,
  FINISH,
  FINISHED,
  heartbeats,
  onMachine,
  REPLACE,
  rounds,
  SHRINK,
  signals,
  standing,
} from "../../harness/sandbox/leaving";
import type { Sandbox } from "../../harness/sandbox/sandbox";
import { plain } from "../../harness/sandbox/scene";
import { repository } from "../../harness/tools";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.withoutTerraform(plain);
});

afterAll(() => cloud.stop());

const STATE = "autoscaling/target-lifecycle-state";
const REBALANCE = "events/recommendations/rebalance";
const CANCELLED = { code: -1, signal: "SIGTERM", signalReason: "agent_stop", cancelled: true };

describe("notices", () => {
  test.concurrent("of the group: the job is finished, heartbeats go out, then the action is completed", () =>
    onMachine(cloud, {}, async (machine) => {
      const job = machine.hold();
      await job.held();
      machine.imds.set(STATE, "Terminated");
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      const late = machine.queue();
      for (const count of [1, 2, 3]) {
        await eventually(() => expect(heartbeats(machine)).toHaveLength(count));
        machine.pass(60);
      }
      expect(asked(machine)).toEqual([]);
      job.finish();
      expect(await job.ended()).toMatchObject(FINISHED);
      await machine.gone();
      expect(late.isTaken()).toBe(false);
      expect(signals(machine)).toEqual([FINISH]);
      expect(asked(machine)).toEqual([COMPLETE]);
      expect(machine.aws.requests.at(-1)!.parameters).toMatchObject({
        AutoScalingGroupName: cloud.group,
        InstanceId: machine.instance.id,
        LifecycleActionResult: "CONTINUE",
      });
    }),
  );

  test.concurrent("of the group: a job that outlasts the grace period is cancelled, and the machine goes", () =>
    onMachine(cloud, { INSTANCE_TERMINATION_GRACE_PERIOD: "600" }, async (machine) => {
      const job = machine.hold();
      await job.held();
      machine.imds.set(STATE, "Terminated");
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      machine.pass(500);
      await rounds(machine);
      expect(signals(machine)).toEqual([FINISH]);
      machine.pass(50);
      expect(await job.ended()).toMatchObject(CANCELLED);
      await machine.gone();
      expect(signals(machine)).toEqual([FINISH, CANCEL]);
      expect(asked(machine)).toEqual([COMPLETE]);
    }),
  );

  const grace = { INSTANCE_TERMINATION_GRACE_PERIOD: "600", BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "300" };
  test.concurrent("of the group: a job that hears nothing has its grace, and is killed and reported", () =>
    onMachine(cloud, grace, async (machine) => {
      const job = machine.hold("trap '' TERM");
      await job.held();
      machine.imds.set(STATE, "Terminated");
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      machine.pass(294);
      await rounds(machine);
      expect(signals(machine)).toEqual([FINISH]);
      machine.pass(2);
      await eventually(() => expect(signals(machine)).toEqual([FINISH, CANCEL]));
      machine.pass(290);
      await rounds(machine);
      expect(asked(machine)).toEqual([]);
      machine.pass(13);
      expect(await job.ended()).toMatchObject({ ...CANCELLED, signal: "SIGKILL" });
      await machine.gone();
      expect(asked(machine)).toEqual([COMPLETE]);
    }),
  );

  test.concurrent("of spot: a short job is finished, a long one cancelled before EC2 takes the instance", () =>
    onMachine(cloud, { BUILDKITE_AGENTS_PER_INSTANCE: "2" }, async (machine) => {
      const [short, long] = [machine.hold(), machine.hold()];
      await Promise.all([short.held(), long.held()]);
      machine.imds.set("spot/instance-action", '{"action":"terminate","time":"2030-01-01T00:00:00Z"}');
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      machine.pass(35);
      await rounds(machine);
      short.finish();
      expect(await short.ended()).toMatchObject(FINISHED);
      machine.pass(15);
      expect(await long.ended()).toMatchObject(CANCELLED);
      await machine.gone();
      expect(signals(machine)).toEqual([FINISH, CANCEL]);
      expect(asked(machine)).toEqual([SHRINK, COMPLETE]);
    }),
  );

  test.concurrent("of a rebalance: no more jobs, and the running one may take as long as it likes", () =>
    onMachine(cloud, {}, async (machine) => {
      const job = machine.hold();
      await job.held();
      machine.imds.set(REBALANCE, '{"noticeTime":"2030-01-01T00:00:00Z"}');
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      machine.pass(40 * 3600);
      await rounds(machine);
      expect(asked(machine)).toEqual([]);
      job.finish();
      expect(await job.ended()).toMatchObject(FINISHED);
      await machine.gone();
      expect(signals(machine)).toEqual([FINISH]);
      expect(asked(machine)).toEqual([SHRINK, COMPLETE]);
    }),
  );
});

interface Ending {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly atMinimum?: boolean;
  /** What the job does before it goes on until the test ends it. */
  readonly command?: string;
  /** While the job runs, which this must not cut short. */
  readonly during?: (machine: Sandbox) => unknown;
  /** When the job has ended. */
  readonly after?: (machine: Sandbox) => unknown;
  readonly signals?: readonly string[];
  readonly asked?: readonly string[];
}

const IDLE = { BUILDKITE_SCALE_IN_IDLE_PERIOD: "600" };
const scriptOf = (path: string) => readFileSync(join(repository, "lambda", path), "utf8");
const stopIdle = `${scriptOf("agent-scaler/survey-agent.sh")}\n${scriptOf("agent-scaler/stop-idle-agent.sh")}`;

const endings: readonly Ending[] = [
  {
    title: "idle for as long as the stack allows",
    settings: IDLE,
    during: (machine) => machine.pass(7200),
    after: (machine) => machine.pass(700),
  },
  { title: "after its one job", settings: AFTER_JOB },
  {
    title: "after its one job in a group at its minimum",
    settings: AFTER_JOB,
    atMinimum: true,
    asked: [SHRINK, REPLACE, COMPLETE],
  },
  {
    title: "at the limit of its uptime",
    settings: { BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "3600" },
    during: (machine) => machine.pass(7200),
  },
  {
    title: "told to go by its job",
    command: "terminate-instance",
    during: (machine) => eventually(() => expect(signals(machine)).toEqual([FINISH])),
    signals: [FINISH],
  },
  {
    title: "stopped by the scaler, as soon as it is idle",
    during: async (machine) =>
      expect(await machine.must(stopIdle)).toBe("buildkite-agent state=active jobs=1\nleft alone\n"),
    after: (machine) => machine.must(stopIdle),
    signals: [FINISH],
  },
  {
    title: "stopped by the function that empties groups, and by the group which that shrinks",
    during: async (machine) => {
      void machine.run(scriptOf("stop-buildkite-agents/stop-agent.sh"));
      await eventually(() => expect(signals(machine)).toEqual([FINISH]));
      machine.imds.set(STATE, "Terminated").set(REBALANCE, "{}");
    },
    signals: [FINISH],
    asked: [COMPLETE],
  },
];

describe("the agent's own end, which never comes before its job's: the group takes the instance", () => {
  test.concurrent.each(endings)("$title", (ending) => {
    const act = async (machine: Sandbox) => {
      const job = machine.hold(ending.command);
      await job.held();
      await ending.during?.(machine);
      await rounds(machine);
      expect(asked(machine)).toEqual([]);
      job.finish();
      expect(await job.ended()).toMatchObject(FINISHED);
      await ending.after?.(machine);
      await machine.gone();
      const wanted = ending.asked ?? [SHRINK, COMPLETE];
      expect(asked(machine)).toEqual(wanted);
      expect(signals(machine)).toEqual(ending.signals ?? []);
      expect(await standing(machine)).toBe(wanted.includes(SHRINK) ? "none" : "healthy");
    };
    return onMachine(cloud, ending.settings ?? {}, act, ending.atMinimum);
  });

  test.concurrent("idle in a group at its minimum: the agent is started again and takes jobs", () => {
    const act = async (machine: Sandbox) => {
      const starts = () => machine.commands("buildkite-agent").filter((one) => one.startsWith("buildkite-agent start"));
      machine.pass(700);
      await eventually(() => expect(starts()).toHaveLength(2));
      expect(await machine.queue().ended()).toMatchObject(FINISHED);
      expect(asked(machine)).toEqual([SHRINK]);
      expect(await standing(machine)).toBe("healthy");
    };
    return onMachine(cloud, IDLE, act, true);
  });

  test.concurrent("a crash: the agent is started again, and the instance stays", () =>
    onMachine(cloud, {}, async (machine) => {
      await machine.must("kill -KILL $(systemctl show --property=MainPID --value buildkite-agent.service)");
      expect(await machine.queue().ended()).toMatchObject(FINISHED);
      expect(asked(machine)).toEqual([]);
    }),
  );
});
