import type { AwsFault } from "../../harness/sandbox/aws-front";
import { Cloud } from "../../harness/sandbox/cloud";
import { eventually } from "../../harness/sandbox/eventually";
import {
  AFTER_JOB,
  asked,
  COMPLETE,
  FINISHED,
  onMachine,
  REPLACE,
  SHRINK,
  standing,
  UNHEALTHY,
} from "../../harness/sandbox/leaving";
import { plain } from "../../harness/sandbox/scene";
import { AwsError } from "../../harness/aws-wire/answers";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.withoutTerraform(plain);
});

afterAll(() => cloud.stop());

interface Broken {
  readonly title: string;
  readonly action: RegExp;
  readonly fault: AwsFault;
  /** What the group is asked for, and how many seconds pass then. */
  readonly rungs: readonly (readonly [string, number])[];
  readonly standing: "healthy" | "unhealthy" | "none";
}

const denied = { error: new AwsError("AccessDenied", "not allowed", 403) };
const terminate = /^TerminateInstance/;
const all = /^(TerminateInstance|SetInstanceHealth|CompleteLifecycle)/;
const whole = [[SHRINK, 45], [REPLACE, 30], [UNHEALTHY, 45]] as const; // prettier-ignore

const ladder: readonly Broken[] = [
  { title: "terminating is denied", action: terminate, fault: denied, rungs: whole, standing: "unhealthy" },
  { title: "everything is denied", action: all, fault: denied, rungs: whole, standing: "healthy" },
  { title: "the group's server fails", action: all, fault: { status: 500 }, rungs: whole, standing: "healthy" },
  { title: "connections are cut", action: all, fault: { delivery: "reset" }, rungs: whole, standing: "healthy" },
  {
    title: "nothing is answered",
    action: all,
    fault: { delivery: "hung" },
    rungs: [[SHRINK, 120]],
    standing: "healthy",
  },
];

describe("whatever becomes of the requests to the group, the machine is gone after the agent's end", () => {
  test.concurrent.each(ladder)("$title: it switches itself off", ({ action, fault, rungs, ...row }) =>
    onMachine(cloud, AFTER_JOB, async (machine) => {
      machine.aws.break(action, fault);
      expect(await machine.queue().ended()).toMatchObject(FINISHED);
      for (const [rung, seconds] of rungs) {
        await eventually(() => expect(asked(machine)).toContain(rung));
        machine.pass(seconds);
      }
      await machine.gone();
      expect(machine.isOff).toBe(true);
      expect([...new Set(asked(machine))]).toEqual(rungs.map(([rung]) => rung));
      expect(await standing(machine)).toBe(row.standing);
    }),
  );

  test.concurrent("answers are lost on their way: what the group says by way of the metadata counts", () =>
    onMachine(cloud, AFTER_JOB, async (machine) => {
      machine.aws.break(terminate, { delivery: "lost" });
      expect(await machine.queue().ended()).toMatchObject(FINISHED);
      await machine.gone();
      expect(machine.isOff).toBe(false);
      expect([...new Set(asked(machine))]).toEqual([SHRINK, COMPLETE]);
    }),
  );

  test.concurrent("switching off does not work at once: it is done harder", () =>
    onMachine(cloud, AFTER_JOB, async (machine) => {
      machine.aws.break(all, denied);
      machine.answer("systemctl", /^poweroff --force$/, { code: 1 });
      await machine.queue().ended();
      await eventually(() => expect(asked(machine)).toEqual([SHRINK]));
      machine.pass(120);
      await machine.gone();
      expect(machine.commands("power off")).toEqual(["power off poweroff --force --force"]);
    }),
  );
});
