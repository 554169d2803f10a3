import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const status = "var/log/elastic-stack-bootstrap-status";
const settings = "etc/buildkite-elastic-ci-stack";
const secrets = `${settings}/agent-secrets`;
const region = { AWS_REGION: "eu-west-1" };
const unhealthy =
  "aws autoscaling set-instance-health --health-status Unhealthy --no-should-respect-grace-period " +
  "--instance-id i-0123456789abcdef0 --region eu-west-1 --cli-connect-timeout 5 --cli-read-timeout 10";
const start = "systemctl start buildkite-agent.service";

/** What acts on the machine or on AWS, without questions and ownership. */
const acts = (calls: readonly string[]) => calls.filter((call) => !/^(curl|chown|docker --version|sleep)/.test(call));

describe("the first boot", () => {
  test("prepares everything and starts the agent last; it is never enabled", () => {
    const outcome = machine.install(region);
    expect(acts(outcome.calls)).toEqual([
      "aws ssm get-parameter --name /buildkite/buildkite/agent-token --with-decryption --query Parameter.Value --output text",
      "systemctl is-active --quiet buildkite-drain-watcher.service",
      "systemctl enable --now buildkite-drain-watcher.service",
      "docker info",
      "systemctl daemon-reload",
      "docker info",
      start,
      "systemctl show --property=ActiveState --value buildkite-agent.service",
      "journalctl --boot --unit=buildkite-agent.service --output=cat --no-pager",
    ]);
    expect(outcome.code).toBe(0);
    expect(machine.read(status)).toBe("Completed\n");
    for (const mark of ["ready", "registered"])
      expect(machine.exists(`run/buildkite-elastic-ci-stack/${mark}`)).toBe(true);
    expect(outcome.log).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,000 this instance is set up$/m);
  });

  test("leaves nothing of its work behind, and no token but where root alone reads it", () => {
    machine.install(region);
    const files = machine.snapshot("etc", "run", "var", "usr", "opt");
    const secret = Object.keys(files).filter((name) => files[name]!.includes("the-secret-token"));
    expect(secret).toEqual([`${secrets}/buildkite-agent.cfg`]);
    expect([machine.mode(secrets), machine.mode(`${secrets}/buildkite-agent.cfg`)]).toEqual(["0700", "0600"]);
    expect(Object.keys(files).filter((name) => name.startsWith("run/"))).toEqual([
      "run/buildkite-elastic-ci-stack/ready",
      "run/buildkite-elastic-ci-stack/registered",
    ]);
    expect(Object.keys(files).filter((name) => /\.[A-Za-z0-9]{8}$/.test(name))).toEqual([]);
  });

  test("starts the drain watcher only where the user data has not: that one has all settings", () => {
    const watched = { ...region, BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB: "true" };
    machine.install(watched);
    expect(JSON.parse(machine.read(`${settings}/environment.json`))).toEqual({
      ...watched,
      BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "60",
      BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "0",
      INSTANCE_TERMINATION_GRACE_PERIOD: "3600",
    });
    expect(machine.mode(`${settings}/environment.json`)).toBe("0600");
    machine
      .delete(status)
      .set("active/buildkite-drain-watcher.service", "")
      .write(`${settings}/environment.json`, "{}");
    expect(acts(machine.install(watched).calls).join()).not.toContain("enable");
    expect(machine.read(`${settings}/environment.json`)).toBe("{}");
  });

  test("takes the image's own agent of the channel, without a download", () => {
    machine.agent("oldstable", "3.99.0");
    const outcome = machine.install({ ...region, BUILDKITE_AGENT_RELEASE: "oldstable" });
    expect(machine.read("usr/bin/buildkite-agent")).toBe(machine.read("usr/bin/buildkite-agent-oldstable"));
    expect(outcome.calls.filter((call) => call.startsWith("curl") && !call.includes("169.254.169.254"))).toEqual([]);
  });
});

describe("files that are written", () => {
  const everything = {
    ...region,
    BUILDKITE_AGENT_SIGNING_KEY_PATH: "/ci/signing",
    BUILDKITE_AGENT_VERIFICATION_KEY_PATH: "/ci/verification",
    BUILDKITE_ENV_FILE_URL: "s3://bucket/agent.env",
    BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS: "/bin/systemctl restart x, /bin/echo a\\,b",
  };
  beforeEach(() => {
    machine.parameter("/ci/signing", "signing key\n").parameter("/ci/verification", "verification key\n");
    machine.set("objects/bucket/agent.env", 'A="1"\n');
  });

  const files = [
    ["etc/buildkite-agent/buildkite-agent.cfg", "0640", "root:buildkite-agent", /^signing-jwks-file=/m],
    ["etc/buildkite-agent/signing-key.json", "0640", "root:buildkite-agent", /^signing key\n$/],
    [`${secrets}/buildkite-agent.cfg`, "0600", "root:root", /^token=the-secret-token$/m],
    [`${secrets}/verification-key.json`, "0600", "root:root", /^verification key\n$/],
    [`${settings}/job-environment`, "0640", "root:buildkite-agent", /^AWS_REGION=eu-west-1\0/],
    [`${settings}/agent.env`, "0600", "root:root", /^A="1"\n$/],
    [
      "etc/sudoers.d/buildkite-agent-additional",
      "0440",
      "root:root",
      /^buildkite-agent ALL=NOPASSWD: \/bin\/systemctl restart x\nbuildkite-agent ALL=NOPASSWD: \/bin\/echo a\\,b\n$/,
    ],
  ] as const;
  test("have the owner, the mode and the content that they must have", () => {
    const outcome = machine.install(everything);
    for (const [path, mode, owner, content] of files) {
      expect([path, machine.mode(path), machine.read(path)]).toEqual([path, mode, expect.stringMatching(content)]);
      expect(outcome.calls).toContainEqual(expect.stringMatching(`^chown ${owner} /${path}\\.\\w+$`));
    }
  });

  test("texts from Windows, with a byte order mark, arrive as on Linux", () => {
    machine.parameter("/ci/signing", "\ufeff{\r\n}\r\n").parameter("/ci/verification", "\ufeff{}\r\n");
    machine.parameter("/buildkite/buildkite/agent-token", "\ufefftoken-of-windows\r\n");
    machine.set("objects/bucket/agent.env", '\ufeffA="1"\r\nB="2"\r\n');
    expect(machine.install(everything)).toMatchObject({ code: 0 });
    expect(machine.read("etc/buildkite-agent/signing-key.json")).toBe("{\n}\n");
    expect(machine.read(`${settings}/agent-secrets/verification-key.json`)).toBe("{}\n");
    expect(machine.read(`${settings}/agent-secrets/buildkite-agent.cfg`)).toContain("\ntoken=token-of-windows\n");
    expect(machine.read(`${settings}/agent.env`)).toBe('A="1"\nB="2"\n');
  });

  test("job-environment: what hooks need, as data", () => {
    const hostile = { BUILDKITE_STACK_NAME: "$(touch executed) `x` \"q'", ECR_PLUGIN_ENABLED: "false" };
    const token = { BUILDKITE_AGENT_TOKEN_PATH: "/buildkite/buildkite/agent-token" };
    machine.install({ ...region, ...hostile, ...token });
    const entries = machine.read(`${settings}/job-environment`).split("\0").slice(0, -1);
    expect(entries).toEqual(expect.arrayContaining([`BUILDKITE_STACK_NAME=${hostile.BUILDKITE_STACK_NAME}`]));
    expect(entries).toEqual(expect.arrayContaining(["PLUGINS_ENABLED=secrets docker-login", "DOCKER_VERSION=27.5.1"]));
    expect(entries.map((entry) => entry.slice(0, entry.indexOf("="))).sort()).toEqual([
      ..."AWS_DEFAULT_REGION AWS_REGION BUILDKITE_AGENTS_PER_INSTANCE BUILDKITE_ARTIFACTS_BUCKET".split(" "),
      ..."BUILDKITE_DOCKER_EXPERIMENTAL BUILDKITE_ECR_POLICY BUILDKITE_PURGE_BUILDS_ON_DISK_FULL".split(" "),
      ..."BUILDKITE_S3_ACL BUILDKITE_S3_DEFAULT_REGION BUILDKITE_SECRETS_BUCKET".split(" "),
      ..."BUILDKITE_SECRETS_BUCKET_REGION BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING".split(" "),
      ..."BUILDKITE_STACK_NAME BUILDKITE_STACK_VERSION BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB".split(" "),
      ..."BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL DOCKER_BUILDER_PRUNE_ENABLED DOCKER_PRUNE_UNTIL".split(" "),
      ..."DOCKER_USERNS_REMAP DOCKER_VERSION ECR_CREDENTIAL_HELPER_ENABLED ENABLE_PRE_EXIT_DISK_CLEANUP".split(" "),
      "PLUGINS_ENABLED",
    ]);
  });

  test("resource limits: a slice, and the agent in it", () => {
    machine.install({ ...region, ENABLE_RESOURCE_LIMITS: "true", RESOURCE_LIMITS_MEMORY_MAX: "4G" });
    expect(machine.read("etc/systemd/system/buildkite-agent.slice")).toBe(
      "[Slice]\nMemoryHigh=90%\nMemoryMax=4G\nMemorySwapMax=90%\nCPUWeight=100\nCPUQuota=90%\nIOWeight=80\n",
    );
    const unit = "etc/systemd/system/buildkite-agent.service.d/10-resource-limits.conf";
    expect(machine.read(unit)).toBe("[Service]\nSlice=buildkite-agent.slice\n");
  });

  test("systemd takes every limit of resources, whatever the case of its unit", () => {
    const limits = { RESOURCE_LIMITS_MEMORY_HIGH: "3g", RESOURCE_LIMITS_MEMORY_MAX: "infinity" };
    machine.install({ ...region, ENABLE_RESOURCE_LIMITS: "true", ...limits, RESOURCE_LIMITS_MEMORY_SWAP_MAX: "0" });
    const slice = join(machine.root, "etc/systemd/system/buildkite-agent.slice");
    expect(readFileSync(slice, "utf8")).toContain("MemoryHigh=3G\nMemoryMax=infinity\nMemorySwapMax=0\n");
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", slice], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("the retention of logs is set where the stack wants it, before the agent starts", () => {
    const { calls } = machine.install({
      ...region,
      ENABLE_EC2_LOG_RETENTION_POLICY: "true",
      EC2_LOG_RETENTION_DAYS: "30",
    });
    const told = calls.findIndex((call) => call.startsWith("amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s"));
    expect(calls).toContainEqual(expect.stringMatching(/^jq --argjson days 30 .*retention_in_days = \$days/));
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(calls.indexOf(start));
  });
});

describe("the stack's bootstrap script", () => {
  const bootstrap = { ...region, BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT: "s3://bucket/script" };

  test("runs before the agent starts, with the inputs, and is gone afterwards", () => {
    machine.set("objects/bucket/script", 'echo "script $AWS_REGION $(cat)" >>"$FAKE/calls"; echo printed\n');
    const outcome = machine.install(bootstrap);
    expect(outcome.calls).toContain("script eu-west-1 ");
    expect(outcome.calls.indexOf("script eu-west-1 ")).toBeLessThan(outcome.calls.indexOf(start));
    expect(outcome.log).toContain("printed");
  });

  test("that fails ends the boot", () => {
    const outcome = machine.set("objects/bucket/script", "exit 7\n").install(bootstrap);
    expect(outcome.log).toContain("failed: the bootstrap script ended with exit code 7");
    expect(outcome.calls).not.toContain(start);
  });
});

describe("a later boot", () => {
  test("of a finished instance only starts the agent, behind the gate", () => {
    machine.install(region);
    machine.delete("run/buildkite-elastic-ci-stack");
    const before = machine.snapshot("etc", "usr");
    const outcome = machine.install(region);
    expect(acts(outcome.calls).slice(0, 2)).toEqual(["docker info", start]);
    expect(machine.exists("run/buildkite-elastic-ci-stack/ready")).toBe(true);
    expect(machine.snapshot("etc", "usr")).toEqual(before);
  });

  test.each(["Started\n", ""])("after one that broke off (%j) is refused", (content) => {
    const outcome = machine.write(status, content).install(region);
    expect(outcome.log).toContain("failed: an earlier boot of this instance broke off half-way");
    expect(outcome.calls).toContain(unhealthy);
    expect(outcome.calls).not.toContain(start);
  });
});

test("a secret address is neither an argument nor a line of the log", () => {
  const address = "https://user:hidden@example.com/env?signature=hidden";
  machine.set(`pages/${address.replaceAll("/", "_")}`, 'A="1"\n');
  const outcome = machine.install({ ...region, BUILDKITE_ENV_FILE_URL: address });
  expect(outcome.code).toBe(0);
  expect(machine.read(`${settings}/agent.env`)).toBe('A="1"\n');
  expect(outcome.calls.join("\n") + outcome.log).not.toContain("hidden");
});
