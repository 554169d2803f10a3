import { Cloud } from "../../harness/sandbox/cloud";
import { eventually } from "../../harness/sandbox/eventually";
import { FINISHED, onMachine, standing } from "../../harness/sandbox/leaving";
import { Sandbox } from "../../harness/sandbox/sandbox";
import { plain, TOKEN } from "../../harness/sandbox/scene";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.withoutTerraform(plain);
});

afterAll(() => cloud.stop());

const timer = "buildkite-liveness.timer";
/** What the timer starts, so many seconds after the machine's start. */
const looksAt = (machine: Sandbox, seconds: number) =>
  machine.run(`echo ${seconds}.00 1.00 >/run/sandbox/uptime; /usr/local/lib/buildkite-elastic-ci-stack/liveness.sh`);
const starts = (machine: Sandbox) => machine.calls("buildkite-agent").filter((call) => call.arguments[0] === "start");
const log = (machine: Sandbox) => machine.read("/var/log/elastic-stack.log");

test("without metadata at the first boot cloud-init succeeds, and the image's own timer ends the instance", () =>
  Sandbox.use({ cloud }, async (machine) => {
    machine.imds.break("error");
    expect(await machine.boot()).toMatchObject({ code: 0 });
    expect(await machine.must(`systemctl is-enabled ${timer}`)).toBe("enabled\n");
    await looksAt(machine, 599);
    expect([machine.isOff, await log(machine)]).toEqual([false, ""]);
    await looksAt(machine, 600);
    expect(machine.isOff).toBe(true);
  }));

test("an agent that hangs while it registers: the boot is not done, and ends with its time", () =>
  Sandbox.use({ cloud, speed: 10 }, async (machine) => {
    machine.answer("buildkite-agent", /^start/, { seconds: 1_000_000 });
    const boot = machine.boot();
    await eventually(() => expect(starts(machine)).toHaveLength(1));
    expect(await machine.must(`systemctl is-active ${timer}`)).toBe("active\n");
    await looksAt(machine, 600);
    await boot;
    expect(machine.isOff).toBe(true);
    expect(await machine.read("/var/log/elastic-stack-bootstrap-status")).toBe("Started\n");
    expect(await standing(machine)).toBe("unhealthy");
  }));

test("a job that kills the agent at once neither fails the boot nor makes the instance unhealthy", () =>
  Sandbox.use({ cloud, speed: 1 }, async (machine) => {
    machine.queue({ BUILDKITE_COMMAND: "pkill --signal KILL --full 'buildkite-agent start'" });
    expect(await machine.boot()).toMatchObject({ code: 0 });
    expect(await log(machine)).toContain("this instance is set up");
    expect(machine.aws.actions("autoscaling")).not.toContain("SetInstanceHealth");
    await looksAt(machine, 100_000);
    expect(machine.isOff).toBe(false);
  }));

test("a job finds the token in no file, at the agent's first start and at a later one", () =>
  onMachine(cloud, {}, async (machine) => {
    const search = {
      BUILDKITE_COMMAND: `! grep -rs --devices=skip "$WANTED" /etc /run/buildkite* /var/lib /var/log`,
      WANTED: TOKEN,
    };
    const found = async () => {
      const job = await machine.queue(search).ended();
      expect(job).toMatchObject(FINISHED);
      expect(job.log).not.toContain(TOKEN);
    };
    await found();
    await machine.must("systemctl kill --kill-who=main --signal=SIGKILL buildkite-agent");
    await eventually(() => expect(starts(machine)).toHaveLength(2));
    await found();
    for (const start of starts(machine)) expect(start["config"]).toMatchObject({ token: TOKEN });
  }));
