import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFiles, ImageMachine } from "../../harness/image/machine";

const unit = (path: string) => readFileSync(join(imageFiles, "etc/systemd/system", path), "utf8");

test("the agent's unit waits for the gate that the boot opens, and reads the environment that the boot writes", () => {
  const machine = new ImageMachine();
  machine.set("objects/bucket/env", 'A="1"\n');
  machine.install({ AWS_REGION: "eu-west-1", BUILDKITE_ENV_FILE_URL: "s3://bucket/env" });
  const gate = /^AssertPathExists=(\/run\/.*)$/m.exec(unit("buildkite-agent.service"))![1]!;
  const environment = /^EnvironmentFile=-(\/etc\/.*)$/m.exec(unit("buildkite-agent.service"))![1]!;
  expect([machine.exists(gate), machine.read(environment)]).toEqual([true, 'A="1"\n']);
  machine.remove();
});

test.each(["cloud-init.service", "cloud-init-network.service", "cloud-final.service"])(
  "a failure of %s switches the machine off",
  (name) => {
    expect(unit(`${name}.d/10-power-off-on-failure.conf`)).toMatch(/^OnFailure=poweroff.target$/m);
  },
);

test("Docker does not start without the instance storage that an earlier boot has set up", () => {
  const content = unit("bk-mount-instance-storage.service");
  expect(content).toMatch(/^Before=.*\bdocker.service\b/m);
  expect(content).toMatch(/^RequiredBy=docker.service$/m);
});

test("logins are refreshed every hour", () => {
  expect(unit("refresh_authorized_keys.timer")).toMatch(/^OnCalendar=hourly$/m);
  expect(unit("refresh_authorized_keys.service")).toMatch(/^ExecStart=\/usr\/local\/bin\/refresh-authorized-keys$/m);
});
