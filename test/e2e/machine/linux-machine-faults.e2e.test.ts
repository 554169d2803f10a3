import { aws, type Fault, host, metadata } from "../../harness/sandbox/boot-faults";
import { nuisances } from "../../harness/sandbox/boot-nuisances";
import { Cloud, SECRETS_BUCKET } from "../../harness/sandbox/cloud";
import { FINISHED, standing } from "../../harness/sandbox/leaving";
import { Sandbox } from "../../harness/sandbox/sandbox";
import { plain, TOKEN } from "../../harness/sandbox/scene";
import { changed, withSettings } from "../../harness/sandbox/user-data";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await Cloud.withoutTerraform(plain);
  await cloud.emulator.upload(SECRETS_BUCKET, "fails.sh", Buffer.from("echo my own words; exit 7\n"));
  await cloud.emulator.upload(SECRETS_BUCKET, "no-keys", Buffer.from("ssh-ed25519 AAAA forged\n"));
});

afterAll(() => cloud.stop());

const userDataOf = ({ settings = {}, file }: Pick<Fault, "settings" | "file">) =>
  file === undefined ? withSettings(cloud.userData, settings) : changed(cloud.userData, file);

describe("a boot that cannot succeed: a reason in the log, no agent, an unhealthy instance, and the machine off", () => {
  test.concurrent.each([...metadata, ...aws, ...host])("$title", (fault) =>
    Sandbox.use({ cloud, userData: userDataOf(fault), speed: fault.speed ?? 20 }, async (machine) => {
      await fault.arrange?.(machine);
      const outcome = await machine.boot();
      const log = await machine.read("/var/log/elastic-stack.log");
      expect(log).toMatch(fault.reason);
      expect(log).not.toContain(TOKEN);
      expect(machine.commands("buildkite-agent").filter((one) => one.startsWith("buildkite-agent start"))).toHaveLength(
        fault.starts ?? 0,
      );
      expect(machine.isOff).toBe(true);
      expect(outcome.code).not.toBe(0);
      // Where the watcher was quicker than the end of the boot, the group has taken the instance away.
      expect((await standing(machine)) === "healthy").toBe(fault.mute === true);
    }),
  );
});

describe("a boot that has its troubles, and succeeds", () => {
  test.concurrent.each(nuisances)("$title", ({ arrange, log, effect, ...nuisance }) =>
    Sandbox.use({ cloud, userData: userDataOf(nuisance), speed: 10 }, async (machine) => {
      await arrange?.(machine);
      expect(await machine.boot()).toMatchObject({ code: 0 });
      expect(await machine.read("/var/log/elastic-stack.log")).toMatch(log ?? /this instance is set up/);
      const job = await machine.queue().ended();
      expect(job.log).not.toContain(":rotating_light:");
      expect(job).toMatchObject(FINISHED);
      expect(machine.aws.actions("autoscaling")).toEqual([]);
      expect(await standing(machine)).toBe("healthy");
      await effect?.(machine);
    }),
  );
});
